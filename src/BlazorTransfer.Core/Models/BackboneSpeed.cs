namespace BlazorTransfer.Core.Models;

/// <summary>How fast a network is on a device, as <c>worker measure --json</c> prints it.</summary>
/// <param name="Backbone">Its name.</param>
/// <param name="Device">Description of the device.</param>
/// <param name="Features">Images/s through the network without gradients: what a linear probe's features and predictions take.</param>
/// <param name="Training">Images/s through whole training steps: forward, backward, and an SGD step on all weights.</param>
/// <param name="BatchSize">Images at once.</param>
public sealed record BackboneSpeed(string Backbone, string Device, double Features, double Training, int BatchSize);

namespace BlazorTransfer.Core.Models;

/// <summary>What a file of weights holds, as <c>worker inspect-weights --json</c> prints it.</summary>
/// <param name="Tensors">Number of tensors.</param>
/// <param name="Values">Number of values in all of them.</param>
/// <param name="Backbones">Names of the backbones whose trunk the tensors fit.</param>
public sealed record WeightsInspection(int Tensors, long Values, IReadOnlyList<string> Backbones);

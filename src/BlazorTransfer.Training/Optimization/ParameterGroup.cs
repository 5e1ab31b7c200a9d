using TorchSharp.Modules;

namespace BlazorTransfer.Training.Optimization;

/// <summary>Parameters that share a learning rate.</summary>
/// <param name="Parameters">Trainable parameters.</param>
/// <param name="LearningRateFactor">Times the run's learning rate.</param>
public sealed record ParameterGroup(IReadOnlyList<Parameter> Parameters, double LearningRateFactor = 1);

using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Training.Weights;

/// <summary>The state dictionary of a file.</summary>
/// <param name="Tensors">Tensors by name, without the prefix that they have in the file.</param>
/// <param name="Note">Which dictionary and prefix were used and what was not, in sentences; null where the file is the state dictionary
/// itself.</param>
public sealed record WeightsContent(IReadOnlyDictionary<string, TensorData> Tensors, Message? Note)
{
    /// <summary>The layers, of a file that is a graph; null for a state dictionary.</summary>
    internal NetworkGraph? Graph { get; init; }
}

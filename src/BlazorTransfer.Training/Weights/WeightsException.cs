namespace BlazorTransfer.Training.Weights;

/// <summary>A weights file is refused; the message says why, in words for the user.</summary>
public sealed class WeightsException(string message, Exception? inner = null) : IOException(message, inner);

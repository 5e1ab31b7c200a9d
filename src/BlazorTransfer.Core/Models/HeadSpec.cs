namespace BlazorTransfer.Core.Models;

/// <summary>A classification head with a hidden layer; a model without one has a linear head.</summary>
/// <param name="Width">Neurons of the hidden layer, 1…<see cref="MaximumWidth"/>.</param>
/// <param name="Dropout">Share of them that a training step leaves out, 0…<see cref="MaximumDropout"/>.</param>
public sealed record HeadSpec(int Width, double Dropout = 0)
{
    public const int MaximumWidth = 4096;
    public const double MaximumDropout = 0.9;

    /// <summary>Whether both are within their bounds, which a file need not respect.</summary>
    public bool IsPossible() => Width is >= 1 and <= MaximumWidth && Dropout is >= 0 and <= MaximumDropout;
}

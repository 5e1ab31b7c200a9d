namespace BlazorTransfer.Core.Models;

/// <summary>A classification head that is more than one linear layer.</summary>
/// <param name="Width">What its last layer takes: neurons of the hidden layer, landmarks of the kernel, or components of the space of the
/// neighbours; 1…<see cref="MaximumWidth"/>.</param>
/// <param name="Dropout">Share of the hidden neurons that a training step leaves out, 0…<see cref="MaximumDropout"/>.</param>
public sealed record HeadSpec(int Width, double Dropout = 0)
{
    public const int MaximumWidth = 4096;
    public const double MaximumDropout = 0.9;
    public const int MaximumReferences = 5000;
    public const int MaximumNeighbours = 100;

    public HeadKind Kind { get; init; }

    /// <summary>Images that the head knows the classes of, with <see cref="HeadKind.Neighbours"/>.</summary>
    public int References { get; init; }

    /// <summary>How many of them vote.</summary>
    public int Neighbours { get; init; }

    /// <summary>Whether all are within their bounds, which a file need not respect.</summary>
    public bool IsPossible() =>
        Width is >= 1 and <= MaximumWidth
        && Dropout is >= 0 and <= MaximumDropout
        && Kind switch
        {
            HeadKind.Hidden or HeadKind.Kernel => true,
            HeadKind.Neighbours => References is >= 1 and <= MaximumReferences
                && Neighbours is >= 1 and <= MaximumNeighbours
                && Neighbours <= References,
            _ => false,
        };
}

/// <summary>What a head is made of.</summary>
public enum HeadKind
{
    /// <summary>A hidden layer and a linear one.</summary>
    Hidden,

    /// <summary>A linear layer on the features' likeness to some landmarks.</summary>
    Kernel,

    /// <summary>The classes of the nearest among images that it knows.</summary>
    Neighbours,
}

using BlazorTransfer.Core.Messages;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Backbones;

/// <summary>Values that no trained network has, which show that a file of weights is damaged.</summary>
/// <param name="Count">How many there are in a tensor.</param>
/// <param name="Kind">What they are.</param>
internal sealed record ImpossibleValues(long Count, ImpossibleKind Kind)
{
    /// <summary>Looks for values that are NaN or infinite in the 32 bits that networks calculate with, and for negative
    /// variances.</summary>
    /// <param name="name">The tensor's name in the state dictionary.</param>
    /// <param name="tensor">Of any shape and type, in the processor's memory or on a device.</param>
    /// <returns>Null where all values are possible.</returns>
    public static ImpossibleValues? In(string name, Tensor tensor)
    {
        if (!tensor.is_floating_point() || tensor.numel() == 0)
            return null;
        using var scope = NewDisposeScope();
        // A 64-bit number may be finite and too large for 32 bits.
        Tensor values = tensor.dtype == ScalarType.Float64 ? tensor.to(ScalarType.Float32) : tensor;
        long notFinite = tensor.numel() - values.isfinite().sum().item<long>();
        if (notFinite > 0)
            return new ImpossibleValues(
                notFinite,
                tensor.isfinite().all().item<bool>() ? ImpossibleKind.TooLarge : ImpossibleKind.NotFinite
            );
        if (!name.EndsWith("running_var", StringComparison.Ordinal))
            return null;
        long negative = values.lt(zeros_like(values)).sum().item<long>();
        return negative > 0 ? new ImpossibleValues(negative, ImpossibleKind.NegativeVariance) : null;
    }

    /// <summary>Count and kind, as a value in a message.</summary>
    public Message Words =>
        (Kind, Count) switch
        {
            (ImpossibleKind.TooLarge, 1) => Message.Of("weights.one-too-large", $"1 value that is too large for 32 bits"),
            (ImpossibleKind.TooLarge, _) => Message.Of("weights.too-large-values", $"{Count:N0} values that are too large for 32 bits"),
            (ImpossibleKind.NotFinite, 1) => Message.Of("weights.one-not-finite", $"1 value that is NaN or infinite"),
            (ImpossibleKind.NotFinite, _) => Message.Of("weights.not-finite-values", $"{Count:N0} values that are NaN or infinite"),
            (ImpossibleKind.NegativeVariance, 1) => Message.Of("weights.one-negative", $"1 value that is negative, which no variance is"),
            (ImpossibleKind.NegativeVariance, _) => Message.Of(
                "weights.negative-values",
                $"{Count:N0} values that are negative, which no variance is"
            ),
            _ => throw new InvalidOperationException($"No words for {Kind}."),
        };
}

/// <summary>Why a value is impossible.</summary>
internal enum ImpossibleKind
{
    TooLarge,
    NotFinite,
    NegativeVariance,
}

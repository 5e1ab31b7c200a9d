using static TorchSharp.torch;

namespace BlazorTransfer.Training.Backbones;

/// <summary>Values that no trained network has, which show that a file of weights is damaged.</summary>
/// <param name="Count">How many there are in a tensor.</param>
/// <param name="Kind">What they are, such as "negative".</param>
internal sealed record ImpossibleValues(long Count, string Kind)
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
            return new ImpossibleValues(notFinite, tensor.isfinite().all().item<bool>() ? "too large for 32 bits" : "NaN or infinite");
        if (!name.EndsWith("running_var", StringComparison.Ordinal))
            return null;
        long negative = values.lt(zeros_like(values)).sum().item<long>();
        return negative > 0 ? new ImpossibleValues(negative, "negative, which no variance is") : null;
    }

    public override string ToString() =>
        Count == 1 ? $"1 value that is {Kind}" : FormattableString.Invariant($"{Count:N0} values that are {Kind}");
}

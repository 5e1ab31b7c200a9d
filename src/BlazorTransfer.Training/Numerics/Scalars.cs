using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Numerics;

/// <summary>
/// Arithmetic whose scalars outlive the native call. TorchSharp 0.107 frees a <see cref="Scalar"/> in its finalizer and passes its bare
/// address to libtorch, so that a collection at the wrong moment lets libtorch read freed memory: <c>a + b</c> (which passes a scalar 1)
/// then throws, or adds something else, once in some thousand calls while another thread allocates. A scalar that a field or a
/// <c>using</c> holds cannot be collected.
/// </summary>
internal static class Scalars
{
    private static readonly Scalar One = 1.ToScalar();
    private static readonly Scalar MinusOne = (-1).ToScalar();

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a − b.</summary>
    public static Tensor Minus(this Tensor a, Tensor b) => a.add(b, MinusOne);

    /// <summary>a · factor.</summary>
    public static Tensor Times(this Tensor a, double factor)
    {
        using Scalar scalar = factor.ToScalar();
        return a.mul(scalar);
    }

    /// <summary>a + value.</summary>
    public static Tensor Plus(this Tensor a, double value)
    {
        using Scalar scalar = value.ToScalar();
        return a.add(scalar, One);
    }

    /// <summary>a, but no less than the one and no more than the other.</summary>
    public static Tensor Clamp(this Tensor a, double least, double most)
    {
        using Scalar lower = least.ToScalar(),
            upper = most.ToScalar();
        return a.clamp(lower, upper);
    }

    /// <summary>a, but no less than that.</summary>
    public static Tensor ClampMin(this Tensor a, double least)
    {
        using Scalar lower = least.ToScalar();
        return a.clamp_min(lower);
    }

    /// <summary>Sets every element, and returns a.</summary>
    public static Tensor Fill(this Tensor a, double value)
    {
        using Scalar scalar = value.ToScalar();
        a.fill_(scalar);
        return a;
    }

    /// <summary>a ← a + b.</summary>
    public static void AddInPlace(this Tensor a, Tensor b) => a.add_(b, One);

    /// <summary>counter ← counter + 1.</summary>
    public static void Increment(this Tensor counter) => counter.add_(One, One);

    /// <summary>a ← a + value.</summary>
    public static void AddInPlace(this Tensor a, double value)
    {
        using Scalar scalar = value.ToScalar();
        a.add_(scalar, One);
    }
}

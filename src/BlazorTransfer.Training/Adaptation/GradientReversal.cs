using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// Leaves values as they are and turns the gradient round, so that what comes before learns the opposite of what comes after: Ganin and
/// Lempitsky,
/// "Unsupervised Domain Adaptation by Backpropagation" (2015).
/// <para>
/// It is x − (1 + λ)(x − c) with c the value of x without its gradient: x − c is exactly zero, so that the value is x to the bit, and the
/// gradient is
/// 1 − (1 + λ) = −λ. Made of ordinary operations, it needs no autograd function of our own.
/// </para>
/// </summary>
internal static class GradientReversal
{
    /// <param name="features">Of any shape.</param>
    /// <param name="strength">λ.</param>
    /// <returns>The same values, whose gradient is −λ times what arrives.</returns>
    public static Tensor Apply(Tensor features, double strength)
    {
        using var scope = NewDisposeScope();
        Tensor values;
        using (no_grad())
            values = features.clone();
        return features.Plus(features.Minus(values).Times(-(1 + strength))).MoveToOuterDisposeScope();
    }

    /// <summary>λ = 2/(1 + exp(−10p)) − 1: from 0, while the domain classifier knows nothing, to about 1.</summary>
    /// <param name="progress">p, the share of the training that is done, 0…1.</param>
    public static double Strength(double progress) => 2 / (1 + Math.Exp(-10 * progress)) - 1;
}

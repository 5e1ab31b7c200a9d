using BlazorTransfer.Training.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>CORAL: the second moments of the source's features brought to those of the target's.</summary>
internal static class CorrelationAlignment
{
    /// <summary>
    /// |Cs − Ct|²/(4D²) with the covariances of the two batches, over N − 1: Sun and Saenko, "Deep CORAL: Correlation Alignment for Deep
    /// Domain
    /// Adaptation" (2016). A batch of one has covariance zero.
    /// </summary>
    /// <param name="source">[Ns, D].</param>
    /// <param name="target">[Nt, D].</param>
    /// <returns>A scalar; gradients go to both.</returns>
    public static Tensor Loss(Tensor source, Tensor target)
    {
        using var scope = NewDisposeScope();
        double width = source.shape[1];
        return Covariance(source).Minus(Covariance(target)).square().sum().Times(1 / (4 * width * width)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// (Cs + εI)^(−1/2) (Ct + εI)^(1/2): Sun et al., "Return of Frustratingly Easy Domain Adaptation" (2016). The source's features times
    /// it have
    /// about the target's covariance. Both domains are best centred first, each by its own mean.
    /// </summary>
    /// <param name="source">[Ns, D].</param>
    /// <param name="target">[Nt, D].</param>
    /// <param name="ridge">ε, above zero where there are fewer samples than features.</param>
    /// <returns>[D, D], float64.</returns>
    public static Tensor Matrix(Tensor source, Tensor target, double ridge)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        return Power(Covariance(source.to(float64)), ridge, -0.5)
            .mm(Power(Covariance(target.to(float64)), ridge, 0.5))
            .MoveToOuterDisposeScope();
    }

    /// <summary>[N, D] to [D, D], over N − 1.</summary>
    public static Tensor Covariance(Tensor features)
    {
        using var scope = NewDisposeScope();
        Tensor centred = features.Minus(features.mean([0], keepdim: true));
        return centred.t().mm(centred).Times(1.0 / Math.Max(1, features.shape[0] - 1)).MoveToOuterDisposeScope();
    }

    private static Tensor Power(Tensor covariance, double ridge, double exponent)
    {
        (Tensor values, Tensor vectors) = linalg.eigh(covariance);
        using Scalar power = exponent.ToScalar();
        // Rounding may leave eigenvalues of less than nothing.
        Tensor powers = values.relu().Plus(ridge).pow(power);
        return (vectors * powers).mm(vectors.t());
    }
}

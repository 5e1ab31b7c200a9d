using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Classifiers;

/// <summary>Features by their likeness to landmarks, k(x)ₗ = exp(−γ |x − l|²).</summary>
/// <param name="Landmarks">[L, D].</param>
/// <param name="Gamma">γ.</param>
internal sealed record GaussianKernel(Tensor Landmarks, double Gamma)
{
    /// <summary>[N, D] to [N, L].</summary>
    public Tensor Apply(Tensor features) => PairwiseDistances.Gaussian(features, Landmarks, Gamma);
}

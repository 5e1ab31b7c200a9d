using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.LabelKinds;

/// <summary>
/// Asymmetric loss (Ridnik et al., "Asymmetric Loss For Multi-Label Classification", 2021), for images that lack most of the labels:
/// L = −y (1 − p)^γ₊ log p − (1 − y) p_m^γ₋ log(1 − p_m), with p = σ(logit) and p_m = max(p − m, 0). Easy negatives count less, by γ₋,
/// and those
/// whose probability is below the margin m not at all. The factors carry no gradient, as in the authors' code. Values are the paper's:
/// γ₊ = 0,
/// γ₋ = 4, m = 0.05.
/// </summary>
internal static class AsymmetricLoss
{
    private const int NegativeFocus = 4;
    private const double Margin = 0.05;

    // So that the logarithm of a probability that is 0 in single precision is a number; the authors' value.
    private const double Least = 1e-8;

    /// <summary>[N, labels].</summary>
    /// <param name="logits">[N, labels].</param>
    /// <param name="targets">[N, labels], 0…1.</param>
    public static Tensor Of(Tensor logits, Tensor targets)
    {
        Tensor p = logits.sigmoid(),
            shifted = p.Plus(-Margin).ClampMin(0);
        Tensor positive = targets * p.ClampMin(Least).log(),
            negative = targets.Times(-1).Plus(1) * shifted.Times(-1).Plus(1).ClampMin(Least).log();
        Tensor squared = shifted.detach().square();
        Tensor focus = Enumerable.Range(1, NegativeFocus / 2 - 1).Aggregate(squared, (power, _) => power * squared);
        return positive.Plus(negative * focus).neg();
    }
}

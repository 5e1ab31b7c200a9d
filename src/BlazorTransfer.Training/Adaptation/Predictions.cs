using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>How sure a classifier is of each sample. Logits are [N, C]; gradients go through.</summary>
internal static class Predictions
{
    /// <summary>The entropy H = −Σ p log p of each sample's prediction, [N], in nats: 0 where it is sure, log C where it knows
    /// nothing.</summary>
    public static Tensor Entropy(Tensor logits)
    {
        using var scope = NewDisposeScope();
        Tensor logarithms = logits.log_softmax(1);
        return (logarithms.exp() * logarithms).sum([1]).neg().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// 1 + exp(−H) for each sample, [N], so that sure predictions count up to twice: Long et al., "Conditional Adversarial Domain
    /// Adaptation"
    /// (2018). Without gradient, as weights are.
    /// </summary>
    public static Tensor CertaintyWeights(Tensor logits)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        return Entropy(logits).neg().exp().Plus(1).MoveToOuterDisposeScope();
    }
}

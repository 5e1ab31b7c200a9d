using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// How much two heads disagree, mean |p₁ − p₂| over samples and classes: Saito et al., "Maximum Classifier Discrepancy for Unsupervised
/// Domain
/// Adaptation" (2018).
/// </summary>
internal static class ClassifierDiscrepancy
{
    /// <param name="logits1">Of the one head, [N, C].</param>
    /// <param name="logits2">Of the other, [N, C].</param>
    /// <returns>A scalar in 0…2/C; gradients go to both.</returns>
    public static Tensor Loss(Tensor logits1, Tensor logits2)
    {
        using var scope = NewDisposeScope();
        return logits1.softmax(1).Minus(logits2.softmax(1)).abs().mean().MoveToOuterDisposeScope();
    }
}

using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// MCC: Jin et al., "Minimum Class Confusion for Versatile Domain Adaptation" (2020). With the target's predictions P = softmax(Z/T) and
/// weights
/// w ∝ 1 + exp(−H), of mean one, the confusion of classes j and k is Σᵢ wᵢ Pᵢⱼ Pᵢₖ, whose rows are brought to sum one; the loss is what
/// lies off the
/// diagonal, over C.
/// </summary>
internal static class MinimumClassConfusion
{
    /// <param name="targetLogits">Z, [N, C].</param>
    /// <param name="temperature">T, above zero; the paper has 2.5.</param>
    /// <returns>A scalar in 0…1. The weights carry no gradient, as in the authors' program.</returns>
    public static Tensor Loss(Tensor targetLogits, double temperature)
    {
        using var scope = NewDisposeScope();
        Tensor weights;
        using (no_grad())
            weights = Predictions.CertaintyWeights(targetLogits.Times(1 / temperature));
        return Loss(targetLogits, temperature, weights).MoveToOuterDisposeScope();
    }

    /// <param name="targetLogits">Z, [N, C].</param>
    /// <param name="temperature">T.</param>
    /// <param name="weights">How much each sample counts, [N], on any scale.</param>
    internal static Tensor Loss(Tensor targetLogits, double temperature, Tensor weights)
    {
        using var scope = NewDisposeScope();
        Tensor p = targetLogits.Times(1 / temperature).softmax(1);
        Tensor confusion = (p * weights.unsqueeze(1)).t().mm(p); // [C, C]
        // A class that no sample may be of confuses nothing; the smallest number keeps 0/0 away.
        Tensor shares = confusion / confusion.sum([1], keepdim: true).Clamp(1e-30, 1e30);
        long classes = targetLogits.shape[1];
        return shares.sum().Minus(shares.diagonal().sum()).Times(1.0 / classes).MoveToOuterDisposeScope();
    }
}

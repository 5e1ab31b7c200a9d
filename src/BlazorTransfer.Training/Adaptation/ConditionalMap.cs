using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// What CDAN's domain discriminator sees: features and predictions together, as all products of the one with the other, f ⊗ g (Long et al.,
/// "Conditional Adversarial Domain Adaptation", 2018). Gradients go through to both.
/// </summary>
internal static class ConditionalMap
{
    /// <param name="features">f, [N, D].</param>
    /// <param name="predictions">g, probabilities [N, C].</param>
    /// <returns>[N, D·C]: the products of feature d are at d·C … d·C + C − 1.</returns>
    public static Tensor Apply(Tensor features, Tensor predictions)
    {
        using var scope = NewDisposeScope();
        return (features.unsqueeze(2) * predictions.unsqueeze(1)).flatten(1).MoveToOuterDisposeScope();
    }
}

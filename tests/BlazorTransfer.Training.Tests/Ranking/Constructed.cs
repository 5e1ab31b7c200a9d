using BlazorTransfer.Training.Tests.Backbones;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Ranking;

/// <summary>Features of known making: the fill rule's numbers in -1…1, [N, D], with a bump for the sample's class. Sample i is of class i
/// mod C.</summary>
internal static class Constructed
{
    public static (Tensor Features, int[] Labels) Features(int samples, int width, double bump, int classes = 3)
    {
        int side = (int)Math.Ceiling(Math.Sqrt(samples * width / 3.0));
        int[] labels = [.. Enumerable.Range(0, samples).Select(i => i % classes)];
        Tensor features = FillRule.Input(side).flatten().narrow(0, 0, samples * width).reshape(samples, width).to(float64);
        for (int i = 0; i < samples; i++)
            features[i, labels[i]].add_(bump);
        return (features, labels);
    }

    /// <summary>A rotation of D dimensions.</summary>
    public static Tensor Rotation(int width)
    {
        manual_seed(5);
        return linalg.qr(randn(width, width, dtype: float64)).Q;
    }
}

using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// A head that is linear in the likeness of the features to L landmarks: what a method with a Gaussian kernel found. Its tensors:
/// <c>fc.0.mean</c>, <c>fc.0.scale</c>, <c>fc.0.landmarks</c>, <c>fc.0.gamma</c>, <c>fc.1.weight</c>, <c>fc.1.bias</c>.
/// </summary>
internal static class KernelHead
{
    /// <summary>How its classes are defined in Python.</summary>
    public const string PyTorchDefinition = """
        class KernelFeatures(torch.nn.Module):
            def __init__(self, features, landmarks):
                super().__init__()
                for name, shape in dict(mean=[features], scale=[features], landmarks=[landmarks, features], gamma=[1]).items():
                    self.register_buffer(name, torch.zeros(shape))

            def forward(self, x):
                return torch.exp(-self.gamma * torch.cdist((x - self.mean) * self.scale, self.landmarks) ** 2)

        """;

    public static Sequential Create(int features, HeadSpec spec, int classes, bool takesMap) =>
        Sequential([
            .. takesMap ? [AdaptiveAvgPool2d(1), Flatten(1)] : Array.Empty<Module<Tensor, Tensor>>(),
            new KernelFeatures(features, spec.Width),
            Linear(spec.Width, classes),
        ]);

    public static IEnumerable<string> PyTorchLayers(int features, HeadSpec spec) =>
        [$"KernelFeatures({features}, {spec.Width})", $"torch.nn.Linear({spec.Width}, len(labels))"];
}

/// <summary>k(x)ₗ = exp(−γ |(x − m)/s − l|²), [N, D] to [N, L].</summary>
internal sealed class KernelFeatures : Module<Tensor, Tensor>
{
    public const string Landmarks = "landmarks";
    public const string Gamma = "gamma";
    public const string Mean = "mean";

    /// <summary>1/s.</summary>
    public const string Scale = "scale";

    /// <param name="features">D.</param>
    /// <param name="landmarks">L.</param>
    public KernelFeatures(int features, int landmarks)
        : base(nameof(KernelFeatures))
    {
        register_buffer(Mean, zeros(features));
        register_buffer(Scale, ones(features));
        register_buffer(Landmarks, zeros(landmarks, features));
        register_buffer(Gamma, ones(1));
    }

    public override Tensor forward(Tensor features)
    {
        using var scope = NewDisposeScope();
        Tensor standard = features.Minus(get_buffer(Mean)!) * get_buffer(Scale)!;
        return (cdist(standard, get_buffer(Landmarks)!).square() * get_buffer(Gamma)!.neg()).exp().MoveToOuterDisposeScope();
    }
}

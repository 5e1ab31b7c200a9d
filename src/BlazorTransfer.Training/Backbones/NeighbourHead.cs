using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// A head that asks the nearest of the images that it knows, in a space to which a linear layer leads. Its tensors: <c>fc.0.weight</c>,
/// <c>fc.0.bias</c>, <c>fc.1.references</c>, <c>fc.1.labels</c>.
/// </summary>
internal static class NeighbourHead
{
    /// <summary>How its classes are defined in Python.</summary>
    public const string PyTorchDefinition = """
        class NeighbourVotes(torch.nn.Module):
            def __init__(self, components, references, classes, neighbours):
                super().__init__()
                self.classes, self.neighbours = classes, neighbours
                self.register_buffer("references", torch.zeros(references, components))
                self.register_buffer("labels", torch.zeros(references, dtype=torch.int64))

            def forward(self, x):
                nearest = torch.cdist(x, self.references).topk(self.neighbours, largest=False).indices
                votes = torch.nn.functional.one_hot(self.labels[nearest], self.classes).sum(1)
                return ((votes + 1 / self.classes) / (self.neighbours + 1)).log()

        """;

    public static Sequential Create(int features, HeadSpec spec, int classes, bool takesMap) =>
        Sequential([
            .. takesMap ? [AdaptiveAvgPool2d(1), Flatten(1)] : Array.Empty<Module<Tensor, Tensor>>(),
            Linear(features, spec.Width),
            new NeighbourVotes(spec.Width, spec.References, classes, spec.Neighbours),
        ]);

    public static IEnumerable<string> PyTorchLayers(int features, HeadSpec spec) =>
        [$"torch.nn.Linear({features}, {spec.Width})", $"NeighbourVotes({spec.Width}, {spec.References}, len(labels), {spec.Neighbours})"];
}

/// <summary>
/// The share of the k nearest references that is of each class, as logits log((votes + 1/C)/(k + 1)), so that no class is impossible: [N,
/// D] to [N, C]
/// (Cover and Hart, "Nearest neighbor pattern classification", 1967). No gradient goes through.
/// </summary>
internal sealed class NeighbourVotes : Module<Tensor, Tensor>
{
    public const string References = "references";
    public const string Labels = "labels";

    private readonly int _classes;
    private readonly int _neighbours;

    /// <param name="components">D.</param>
    /// <param name="references">How many images it knows.</param>
    /// <param name="classes">C.</param>
    /// <param name="neighbours">k.</param>
    public NeighbourVotes(int components, int references, int classes, int neighbours)
        : base(nameof(NeighbourVotes))
    {
        (_classes, _neighbours) = (classes, neighbours);
        register_buffer(References, zeros(references, components));
        register_buffer(Labels, zeros(references, dtype: ScalarType.Int64));
    }

    public override Tensor forward(Tensor features) => Votes(features, get_buffer(References)!, get_buffer(Labels)!, _classes, _neighbours);

    /// <summary>The logits.</summary>
    /// <param name="features">[N, D].</param>
    /// <param name="references">[M, D].</param>
    /// <param name="labels">[M], class numbers.</param>
    /// <param name="classes">C.</param>
    /// <param name="neighbours">k, at most M.</param>
    public static Tensor Votes(Tensor features, Tensor references, Tensor labels, int classes, int neighbours)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        (_, Tensor nearest) = cdist(features, references).topk(neighbours, 1, largest: false);
        Tensor votes = functional
            .one_hot(labels.index_select(0, nearest.flatten()), classes)
            .view(-1, neighbours, classes)
            .sum(1)
            .to(features.dtype);
        return votes.Plus(1.0 / classes).Times(1.0 / (neighbours + 1)).log().MoveToOuterDisposeScope();
    }
}

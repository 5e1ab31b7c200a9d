using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Backbones;

/// <summary>A convolution of a trunk with the batch norm that takes its output, or a batch norm without one.</summary>
/// <param name="Convolution">Its name in the state dictionary; null for a norm alone.</param>
/// <param name="Norm">The norm's name; null for a convolution alone.</param>
internal sealed record TrunkLayer(string? Convolution, string? Norm)
{
    /// <summary>The layers of a trunk in the order in which they are computed, which a forward pass shows.</summary>
    /// <param name="backbone">The network; in evaluation mode afterwards.</param>
    public static IReadOnlyList<TrunkLayer> Of(Backbone backbone)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        Dictionary<nn.Module, string> names = backbone
            .named_modules()
            .Where(m => m.module is Conv2d or BatchNorm)
            .ToDictionary(m => m.module, m => m.name);
        var layers = new List<TrunkLayer>();
        var outputs = new List<(Tensor Output, int Layer)>();
        backbone.eval();
        Action[] unwatch =
        [
            .. names
                .Keys.Cast<nn.Module<Tensor, Tensor>>()
                .Select<nn.Module<Tensor, Tensor>, Action>(module =>
                    module
                        .register_forward_hook(
                            (called, input, output) =>
                            {
                                int before = outputs.FindIndex(o => ReferenceEquals(o.Output, input));
                                if (called is Conv2d)
                                    outputs.Add((output, layers.Count));
                                if (called is BatchNorm && before >= 0)
                                    layers[outputs[before].Layer] = layers[outputs[before].Layer] with { Norm = names[called] };
                                else
                                    layers.Add(
                                        called is Conv2d ? new TrunkLayer(names[called], null) : new TrunkLayer(null, names[called])
                                    );
                                return output;
                            }
                        )
                        .remove
                ),
        ];
        // Small, since only the order counts.
        int side = Math.Max(32, backbone.Spec.MinimumImageSize);
        backbone.ForwardFeatures(zeros(1, 3, side, side));
        foreach (Action stop in unwatch)
            stop();
        return layers;
    }
}

using BlazorTransfer.Training.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using BatchNorm = BlazorTransfer.Training.Backbones.BatchNorm;

namespace BlazorTransfer.Training.Features;

/// <summary>
/// Batch norms of a network that is not trained, folded into the convolutions before them: a pass over the maps less for each. Which norm
/// follows
/// which convolution, a forward pass says, whatever the network is built of: where a norm is given the very tensor that a convolution gave.
/// A norm
/// that takes something else, such as a DenseNet's first of a layer, stays. That nothing but the norm takes such a tensor is not seen by
/// this; a test
/// over the registry holds every architecture to it.
/// </summary>
internal static class FoldedNorms
{
    /// <summary>Folds what can be.</summary>
    /// <param name="copy">A network of nobody else's, in single precision; in evaluation mode afterwards.</param>
    /// <param name="entry">How many groups count; the others are left as they are.</param>
    /// <param name="side">Side of images that it takes, in pixels.</param>
    /// <returns>How many norms were folded.</returns>
    public static int Fold(TransferModel copy, int entry, int side)
    {
        (Conv2d Convolution, BatchNorm Norm)[] pairs = Pairs(copy, entry, side);
        foreach ((Conv2d convolution, BatchNorm norm) in pairs)
            norm.FoldInto(convolution);
        return pairs.Length;
    }

    private static (Conv2d Convolution, BatchNorm Norm)[] Pairs(TransferModel copy, int entry, int side)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        List<(Conv2d Convolution, Tensor Output)> convolved = [];
        List<(BatchNorm Norm, Tensor Input)> normalised = [];
        copy.Backbone.eval();
        nn.Module<Tensor, Tensor>[] watched =
        [
            .. copy.Backbone.modules().OfType<nn.Module<Tensor, Tensor>>().Where(m => m is Conv2d or BatchNorm).Distinct(),
        ];
        Action[] unwatch =
        [
            .. watched.Select<nn.Module<Tensor, Tensor>, Action>(module =>
                module
                    .register_forward_hook(
                        (called, input, output) =>
                        {
                            if (called is Conv2d convolution)
                                convolved.Add((convolution, output));
                            else
                                normalised.Add(((BatchNorm)called, input));
                            return output;
                        }
                    )
                    .remove
            ),
        ];
        copy.ForwardTo(entry, zeros(1, 3, side, side, device: copy.Device));
        foreach (Action stop in unwatch)
            stop();
        return
        [
            .. normalised
                .Select(n => (convolved.Find(c => ReferenceEquals(c.Output, n.Input)).Convolution, n.Norm))
                .Where(p =>
                    p.Convolution is not null
                    && convolved.Count(c => c.Convolution == p.Convolution) == 1
                    && normalised.Count(n => n.Norm == p.Norm) == 1
                ),
        ];
    }
}

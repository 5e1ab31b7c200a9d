using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Features;
using BlazorTransfer.Training.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using BatchNorm = BlazorTransfer.Training.Backbones.BatchNorm;

namespace BlazorTransfer.Training.Tests.Images;

/// <summary>Batch norms that the convolutions before them have taken over.</summary>
public sealed class FoldedNormsTests
{
    private const int Side = 96;

    /// <summary>All that are built in a moment, and of the plans that only larger ones have, the smallest.</summary>
    public static TheoryData<string> Normalised =>
        [
            .. BackboneRegistry.All.Where(s => s.Parameters < 14_000_000 && s.Family != "SqueezeNet").Select(s => s.Name),
            "resnet50",
            "resnext50_32x4d",
            "efficientnet_v2_s",
            "inception_v3",
            "vgg11_bn",
        ];

    [Theory, MemberData(nameof(Normalised))]
    public void FoldedNetwork_GivesWhatTheNetworkGives(string name)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        using TransferModel model = Networks.Trained(name),
            copy = Networks.CopyOf(model);
        Tensor images = rand(2, 3, Side, Side);

        int folded = FoldedNorms.Fold(copy, model.HeadEntry, Side);

        int norms = model
            .Backbone.LayerGroups.SelectMany(g => g.Modules)
            .SelectMany(m => m.modules().Append(m))
            .Distinct()
            .OfType<BatchNorm>()
            .Count();
        // DenseNet-121: that of the stem, and the second of each of its 58 layers. The others come before their convolutions.
        Assert.Equal(name == "densenet121" ? 1 + 58 : norms, folded);
        double error = Networks.Deviation(model.ForwardTo(model.HeadEntry, images), copy.ForwardTo(model.HeadEntry, images));
        Assert.True(error < 1e-5, $"Off by {error:E2}.");
    }

    [Fact]
    public void Fold_LeavesGroupsBehindTheEntry()
    {
        using var scope = NewDisposeScope();
        using TransferModel copy = Networks.Trained("resnet18_slim");

        // The stem's, and two of each of two blocks.
        Assert.Equal(5, FoldedNorms.Fold(copy, 2, Side));
        Assert.All(
            copy.Backbone.LayerGroups.Select((g, i) => (g, i)),
            p => Assert.All(p.g.Modules.SelectMany(m => m.modules().Append(m)).OfType<BatchNorm>(), n => Assert.Equal(p.i < 2, n.IsFolded))
        );
    }

    /// <summary>The formula, on a convolution that has a bias already and works in groups.</summary>
    [Fact]
    public void FoldInto_TakesTheBiasIn_AndIsDoneOnce()
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        manual_seed(2);
        Conv2d convolution = Conv2d(4, 6, 3, groups: 2);
        var norm = new BatchNorm(6, epsilon: 0.1);
        norm.get_buffer("running_mean")!.normal_(1, 1);
        norm.get_buffer("running_var")!.uniform_(0.1, 2);
        norm.get_parameter("weight")!.normal_(1, 1);
        norm.get_parameter("bias")!.normal_(0, 1);
        norm.eval();
        Tensor maps = randn(2, 4, 5, 5),
            expected = norm.call(convolution.call(maps));

        norm.FoldInto(convolution);

        Assert.True(allclose(expected, norm.call(convolution.call(maps)), 1e-5, 1e-5));
        Assert.Throws<InvalidOperationException>(() => norm.FoldInto(convolution));
    }
}

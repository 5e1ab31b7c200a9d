using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Features;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Settings;
using BlazorTransfer.Training.Tests.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Images;

public sealed class FrozenTrunkTests
{
    private const int Side = 80;
    private static readonly ParameterSet Whole = Settings("fp32"),
        Half = Settings("bf16");

    /// <summary>The smallest of each family of architectures.</summary>
    public static TheoryData<string> Families =>
        [
            .. BackboneRegistry
                .All.GroupBy(s => s.Family)
                .Select(f => f.MinBy(s => s.Parameters)!)
                .Where(s => s.Parameters < 35_000_000)
                .Select(s => s.Name),
        ];

    /// <summary>Eight bits a number: a hundredth of a feature, of which the direction of all together keeps most.</summary>
    [Theory, MemberData(nameof(Families))]
    public void Features_AreTheNetworksOwn_ButForTheirLastDigits_AndTheModelIsLeftAsItIs(string name)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        using TransferModel model = Networks.Trained(name);
        Tensor images = rand(2, 3, Side, Side);
        foreach (int entry in new[] { model.HeadEntry, model.HeadEntry / 2 })
        {
            using FrozenTrunk whole = FrozenTrunk.Of(model, entry, Whole),
                half = FrozenTrunk.Of(model, entry, Half);
            Tensor exact = model.ForwardTo(entry, images);
            Dictionary<string, Tensor> state = model.Backbone.state_dict().ToDictionary(t => t.Key, t => t.Value.clone());

            Tensor folded = whole.Forward(images),
                rounded = half.Forward(images);

            Assert.Equal((ScalarType.Float32, ScalarType.Float32), (folded.dtype, rounded.dtype));
            Assert.Equal(exact.shape, folded.shape);
            Assert.Equal(exact.shape, rounded.shape);
            Assert.True(Networks.Deviation(exact, folded) < 1e-5, $"Off by {Networks.Deviation(exact, folded):E2} at entry {entry}.");
            double error = Networks.Deviation(exact, rounded);
            Assert.True(error is > 0 and < 0.05, $"Off by {error:P2} at entry {entry}.");
            Assert.True(model.ForwardTo(entry, images).equal(exact).all().item<bool>());
            Assert.All(model.Backbone.state_dict(), t => Assert.True(t.Value.equal(state[t.Key]).all().item<bool>(), t.Key));
        }
    }

    /// <summary>Weights are rounded once either way, and maps once less often.</summary>
    [Theory, MemberData(nameof(Families))]
    public void BFloat16_IsNoFurtherOff_ThanWithItsNormsLeft(string name)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        using TransferModel model = Networks.Trained(name),
            unfolded = Networks.CopyOf(model);
        unfolded.Backbone.to(bfloat16);
        foreach (BatchNorm norm in unfolded.Backbone.modules().OfType<BatchNorm>())
            norm.to(float32);
        using FrozenTrunk half = FrozenTrunk.Of(model, model.HeadEntry, Half);
        (double with, double without) = (0, 0);
        manual_seed(17);

        // Which way is nearer differs from image to image, so that single ones do not decide, nor maps of two by two pixels.
        for (int i = 0; i < 4; i++)
        {
            Tensor images = rand(2, 3, 96, 96),
                exact = model.ForwardTo(model.HeadEntry, images);
            with += Networks.Deviation(exact, half.Forward(images)) / 4;
            without += Networks.Deviation(exact, unfolded.ForwardTo(model.HeadEntry, images.to(bfloat16)).to(float32)) / 4;
        }

        Assert.True(with < 1.1 * without, $"Off by {with:P3}, and by {without:P3} without.");
    }

    /// <summary>A run draws the same whether its features were known or not.</summary>
    [Fact]
    public void Forward_LeavesTheRandomNumbersOfTheRun()
    {
        using var scope = NewDisposeScope();
        using TransferModel model = Networks.Trained("resnet18_slim");
        using FrozenTrunk trunk = FrozenTrunk.Of(model, model.HeadEntry, Whole);
        Tensor images = zeros(1, 3, Side, Side);
        manual_seed(3);
        Tensor expected = rand(4);
        manual_seed(3);

        trunk.Forward(images);

        Assert.True(rand(4).equal(expected).all().item<bool>());
    }

    [Fact]
    public void Run_InBFloat16_LearnsAsWell_AndKeepsItsFeaturesApart()
    {
        using var small = new SmallRun(imagesPerClass: 12);
        string weights = BuiltInWeights.Of(AppContext.BaseDirectory).Single(w => w.Card.Backbone == "resnet18_slim").Path,
            cache = Path.Combine(small.Folder, "features");
        (double Top1, bool Knew) Run(string precision)
        {
            JobSpec job = small.Job(
                "linear-probe",
                "resnet18_slim",
                weights,
                ("epochs", 20),
                ("image-size", 64),
                ("augmentation", "none"),
                ("frozen-precision", precision)
            ) with
            {
                FeatureCache = new FeatureCacheSpec(cache, 1L << 30),
            };
            (_, List<RunEvent> events) = small.Execute(job);
            return (
                events.OfType<EpochCompleted>().Last().Metrics[MetricKeys.TrainTop1],
                events.OfType<MessageLogged>().Any(m => m.Code == "features.known")
            );
        }

        (double exact, bool knewFirst) = Run("fp32");
        (double half, bool knewOther) = Run("bf16");
        (double again, bool knewOwn) = Run("bf16");

        Assert.Equal(exact, half, 0.06);
        Assert.Equal(half, again, 1e-9);
        Assert.Equal((false, false, true), (knewFirst, knewOther, knewOwn));
    }

    private static ParameterSet Settings(string precision) =>
        ParameterSet
            .Resolve(
                CommonParameters.All,
                new Dictionary<string, ParameterValue>
                {
                    [CommonParameters.FrozenPrecision] = precision,
                    [CommonParameters.ImageSize] = Side,
                }
            )
            .Set!;
}

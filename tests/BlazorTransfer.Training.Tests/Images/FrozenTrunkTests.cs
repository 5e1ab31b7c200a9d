using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Images;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Tests.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Images;

public sealed class FrozenTrunkTests
{
    private static readonly ParameterSet Half = ParameterSet.Resolve(CommonParameters.All, new Dictionary<string, ParameterValue> { [CommonParameters.FrozenPrecision] = "bf16" }).Set!;

    /// <summary>The smallest of each family of architectures.</summary>
    public static TheoryData<string> Families => [.. BackboneRegistry.All.GroupBy(s => s.Family).Select(f => f.MinBy(s => s.Parameters)!).Where(s => s.Parameters < 35_000_000).Select(s => s.Name)];

    /// <summary>Eight bits a number: a hundredth of a feature, of which the direction of all together keeps most.</summary>
    [Theory, MemberData(nameof(Families))]
    public void BFloat16_GivesTheFeaturesOfSinglePrecision_ButForTheirLastDigits_AndLeavesTheModel(string name)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        manual_seed(5);
        using var model = new TransferModel(BackboneRegistry.Create(name, 3), ["a", "b", "c"], CPU);
        Tensor images = rand(2, 3, 96, 96);
        foreach (int entry in new[] { model.HeadEntry, model.HeadEntry / 2 })
        {
            using FrozenTrunk whole = FrozenTrunk.Of(model, entry), half = FrozenTrunk.Of(model, entry, Half);

            Tensor exact = whole.Forward(images), rounded = half.Forward(images);

            Assert.Equal((ScalarType.Float32, "bf16", "fp32"), (rounded.dtype, half.Precision, whole.Precision));
            Assert.Equal(exact.shape, rounded.shape);
            double error = exact.Minus(rounded).norm().item<float>() / exact.norm().item<float>();
            Assert.True(error is > 0 and < 0.05, $"Off by {error:P2} at entry {entry}.");
            Assert.True(whole.Forward(images).equal(exact).all().item<bool>());
        }
    }

    [Fact]
    public void Run_InBFloat16_LearnsAsWell_AndKeepsItsFeaturesApart()
    {
        using var small = new SmallRun(imagesPerClass: 12);
        string weights = BuiltInWeights.Of(AppContext.BaseDirectory).Single(w => w.Card.Backbone == "resnet18_slim").Path, cache = Path.Combine(small.Folder, "features");
        (double Top1, bool Knew) Run(string precision)
        {
            JobSpec job = small.Job("linear-probe", "resnet18_slim", weights, ("epochs", 20), ("image-size", 64), ("augmentation", "none"), ("frozen-precision", precision)) with
            {
                FeatureCache = new FeatureCacheSpec(cache, 1L << 30),
            };
            (_, List<RunEvent> events) = small.Execute(job);
            return (events.OfType<EpochCompleted>().Last().Metrics[MetricKeys.TrainTop1], events.OfType<MessageLogged>().Any(m => m.Text.Contains("were known", StringComparison.Ordinal)));
        }

        (double exact, bool knewFirst) = Run("fp32");
        (double half, bool knewOther) = Run("bf16");
        (double again, bool knewOwn) = Run("bf16");

        Assert.Equal(exact, half, 0.06);
        Assert.Equal(half, again, 1e-9);
        Assert.Equal((false, false, true), (knewFirst, knewOther, knewOwn));
    }
}

using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Training.Augmentation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Settings;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Augmentation;

/// <summary>What a run may count on: the same seed gives the same pictures, whatever else is in the batch.</summary>
public sealed class AugmentedBatchesTests
{
    private const int Side = 24;
    private static readonly Preprocessing Preprocessing = Core.Catalog.Preprocessing.ImageNet.WithInput(Side);
    private static readonly Sample[] Samples =
    [
        .. Enumerable
            .Range(0, 6)
            .Select(i => new Sample
            {
                File = $"{i}",
                Sha256 = $"{i}",
                Name = $"{i}",
                Label = i % 2 == 0 ? "a" : "b",
                Split = Split.Train,
                Width = Side,
                Height = Side,
            }),
    ];

    public static TheoryData<string> Single =>
        [
            .. AugmentationParameters
                .All.Where(p => p.Kind == ParameterKind.Number && p.Name is not ("policy-strength" or "mixup" or "cutmix"))
                .Select(p => p.Name),
            "vertical-flip",
            .. Policies,
        ];

    /// <summary>Those with a strength; others are there, by chance or by choice, or not.</summary>
    public static TheoryData<string> Gradual => ["light", "colour", "rotation", "perspective", "blur", "sharpness", "noise"];

    private static IEnumerable<string> Policies =>
        AugmentationParameters.All.Single(p => p.Name == "policy").Choices.Select(c => c.Value).Where(v => v != "none");

    [Theory]
    [MemberData(nameof(Single))]
    public void EachSetting_RepeatsItselfFromASeed_AndDoesNotDependOnTheRestOfTheBatch(string name)
    {
        using var scope = NewDisposeScope();
        // Where all lose their colours, the seed decides nothing.
        ParameterSet settings = Settings(Setting(name, name == "grey" ? 0.5 : 1));

        Tensor together = Read(settings, seed: 3, batchSize: 6),
            again = Read(settings, seed: 3, batchSize: 6),
            alone = Read(settings, seed: 3, batchSize: 1),
            other = Read(settings, seed: 4, batchSize: 6);

        Assert.True(together.equal(again).all().item<bool>(), "The same seed gives other pictures.");
        Assert.True(Pictures.Distance(together, alone) < 1e-4, $"Alone, images differ by {Pictures.Distance(together, alone)}.");
        Assert.NotEqual(0, Pictures.Distance(together, other));
        Assert.NotEqual(0, Pictures.Distance(together, Plain()));
        Assert.True(together.isfinite().all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(Gradual))]
    public void EachSetting_AtAVerySmallStrength_LeavesImagesAlmostAsTheyAre(string name)
    {
        using var scope = NewDisposeScope();

        // In units of a standard deviation, of which a pixel's range has more than four.
        Assert.True(Pictures.Distance(Plain(), Read(Settings(Setting(name, 1e-3)), seed: 3, batchSize: 6)) < 0.1);
    }

    [Fact]
    public void Settings_ThatAreOff_AddNothing()
    {
        ImageBatches images = Images(3);

        Assert.Same(images, AugmentedBatches.Of(images, Settings(), Preprocessing));
        Assert.False(AugmentationParameters.AreOn(Settings(("policy-strength", 0.9), ("augmentation", "strong"))));
        Assert.All(
            AugmentationParameters.All.Where(p => p.Name != "policy-strength"),
            p => Assert.True(AugmentationParameters.AreOn(Settings(Setting(p.Name, 1))))
        );
    }

    [Fact]
    public void Off_TurnsOffCroppingAndEverything()
    {
        ParameterSet off = AugmentationParameters.Off(Everything);

        Assert.False(AugmentationParameters.AreOn(off));
        Assert.Equal("none", off.Choice(CommonParameters.Augmentation));
        Assert.False(
            new TrainingStage(TransferMethodRegistry.Create("fine-tuning", new Dictionary<string, ParameterValue>()).Method, off).Augments
        );
    }

    [Fact]
    public void SameDraws_AtHalfTheStrength_ChangeImagesHalfAsMuch()
    {
        using var scope = NewDisposeScope();
        Tensor plain = Plain(),
            full = Read(Settings(("light", 0.2)), 3, 6),
            half = Read(Settings(("light", 0.1)), 3, 6);
        // Far from black and white, where values are cut off.
        Tensor change = (full - plain).mean([1, 2, 3]),
            halfChange = (half - plain).mean([1, 2, 3]);

        Assert.True(allclose(change, halfChange * 2, 0.2, 0.02), "The draws differ with the strength.");
    }

    [Fact]
    public void EverythingAtOnce_LeavesNoTensorBehind()
    {
        Tensor Once() => Read(Everything, 3, 4);
        Once().Dispose();
        LiveTensors.CollectLeftovers();
        long before = Tensor.TotalCount;

        for (int i = 0; i < 3; i++)
            Once().Dispose();

        LiveTensors.CollectLeftovers();
        Assert.Equal(before, Tensor.TotalCount);
    }

    private static ParameterSet Everything =>
        Settings([.. AugmentationParameters.All.Select(p => p.Name == "policy" ? (p.Name, "augmix") : Setting(p.Name, 0.3))]);

    private static (string, ParameterValue) Setting(string name, double share) =>
        AugmentationParameters.All.SingleOrDefault(p => p.Name == name) switch
        {
            null => ("policy", name),
            { Kind: ParameterKind.Choice } => (name, "randaugment"),
            { Kind: ParameterKind.Boolean } => (name, true),
            var spec => (name, spec.Maximum!.Value * share),
        };

    private static ParameterSet Settings(params (string Name, ParameterValue Value)[] parameters) =>
        TransferMethodRegistry.Create("fine-tuning", parameters.ToDictionary(p => p.Name, p => p.Value)).Settings;

    private static Tensor Plain() => Read(Settings(), 3, 6);

    /// <summary>[6, 3, S, S], in the samples' order.</summary>
    private static Tensor Read(ParameterSet settings, int seed, int batchSize)
    {
        var parts = new List<Tensor>();
        foreach (
            Batch batch in AugmentedBatches
                .Of(Images(seed), settings, Preprocessing)
                .Read([0, 1, 2, 3, 4, 5], batchSize, epoch: 2, CancellationToken.None)
        )
        {
            using Batch own = batch;
            parts.Add(batch.Inputs.clone());
        }

        Tensor all = cat(parts);
        foreach (Tensor part in parts)
            part.Dispose();
        return all;
    }

    /// <summary>Soft pictures of middling colours, one for each sample.</summary>
    private static ImageBatches Images(int seed)
    {
        static void Draw(Sample sample, Random _, Span<float> target)
        {
            int number = int.Parse(sample.Name, System.Globalization.CultureInfo.InvariantCulture);
            for (int i = 0; i < target.Length; i++)
            {
                int c = i / (Side * Side),
                    y = i / Side % Side,
                    x = i % Side;
                double value = 0.5 + 0.2 * Math.Sin(0.3 * x + number + c) * Math.Cos(0.2 * y - number);
                target[i] = (float)((value - Preprocessing.Mean[c]) / Preprocessing.Std[c]);
            }
        }

        return new ImageBatches(Samples, LabelTask.OfClasses(["a", "b"]), _ => new InputReader(Side, Draw), seed, CPU);
    }
}

using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Features;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Runs;
using BlazorTransfer.Training.Weights;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Runs;

/// <summary>Augmented images whose frozen part is computed once, some views of each.</summary>
public sealed class KeptViewsTests : IDisposable
{
    private readonly SmallRun _small = new();
    private readonly List<RunEvent> _events = [];

    private string CacheFolder => Path.Combine(_small.Folder, "features");

    public static TheoryData<string> Methods => [.. TransferMethodRegistry.All.Select(m => m.Name)];

    public void Dispose() => _small.Dispose();

    [Theory, InlineData("none"), InlineData("augmix")]
    public void Epochs_TakeTurnsWithTheViews_WhichAreWhatTheyWouldDrawThemselves(string policy)
    {
        using var scope = NewDisposeScope();
        using TrainingRun run = TrainingRun.Prepare(
            Job(("kept-views", 3), ("epochs", 7), ("colour", 0.4), ("noise", 0.1), ("policy", policy)),
            _ => { }
        );
        using StageSources sources = Sources(run);
        int[] order = [7, 0, 3, 3, 11];

        Tensor[] inputs =
        [
            .. Enumerable.Range(1, 7).Select(epoch => sources.Train.Read(order, 8, epoch, CancellationToken.None).Single().Inputs),
        ];

        Assert.All(Enumerable.Range(0, 4), e => Assert.True(inputs[e].equal(inputs[e + 3]).all().item<bool>()));
        Assert.All(
            new[] { (0, 1), (0, 2), (1, 2) },
            p =>
                Assert.True(
                    inputs[p.Item1].Minus(inputs[p.Item2]).abs().max(1).values.min().item<float>() > 1e-3,
                    "Two epochs see an image alike."
                )
        );
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            run.Model.Backbone.eval();
            // An image that is read twice is drawn twice there, and is the same view here.
            using Batch anew = run.Images.Training(run.Stages[0]).Read([7, 0, 3, 11], 4, epoch, CancellationToken.None).Single();
            using var inference = no_grad();
            Assert.True(
                allclose(
                    run.Model.ForwardTo(run.Model.HeadEntry, anew.Inputs),
                    inputs[epoch - 1].index_select(0, tensor(new long[] { 0, 1, 2, 4 })),
                    1e-3,
                    1e-4
                )
            );
        }

        Assert.True(inputs[0][2].equal(inputs[0][3]).all().item<bool>());
    }

    [Theory, InlineData(5, 2, 2), InlineData(2, 5, 2), InlineData(0, 3, 0)]
    public void NoMoreViewsAreComputed_ThanEpochsOrAskedFor(int asked, int epochs, int computed)
    {
        JobSpec job = Job(("kept-views", asked), ("epochs", epochs));

        _small.Execute(job, _events.Add);

        DatasetManifest data = DatasetManifest.Load(job.Data.Manifest);
        int train = data.Of(Split.Train).Count,
            validation = data.Of(Split.Validation).Count;
        Assert.Equal(validation + computed * train, Rows());
        Assert.Equal(
            validation + computed * train,
            _events.OfType<PhaseProgressed>().Where(p => p.Phase == RunPhase.ExtractingFeatures).Max(p => p.Total)
        );
        Assert.Equal(epochs, _events.OfType<EpochCompleted>().Count());
    }

    [Fact]
    public void RunsOfTheSameSeedAndSettings_ShareViews_OthersDoNot()
    {
        JobSpec job = Job(("kept-views", 2), ("epochs", 3));
        _small.Execute(job);
        DatasetManifest data = DatasetManifest.Load(job.Data.Manifest);
        int train = data.Of(Split.Train).Count,
            validation = data.Of(Split.Validation).Count;

        Assert.Equal(validation + 2 * train, Known(Job(("kept-views", 2), ("epochs", 5), ("learning-rate", 0.1))));
        Assert.Equal(validation + 2 * train, Known(Job(("kept-views", 3), ("epochs", 3))));
        Assert.Equal(validation, Known(job with { Seed = job.Seed + 1 }));
        Assert.Equal(validation, Known(Job(("kept-views", 2), ("epochs", 3), ("augmentation", "medium"))));
        Assert.Equal(validation, Known(Job(("kept-views", 2), ("epochs", 3), ("light", 0.2))));
        Assert.Equal(validation, Known(Job(("kept-views", 2), ("epochs", 3), ("augmentation", "none"))));
    }

    [
        Theory,
        InlineData("linear-probe"),
        InlineData("fine-tuning"),
        InlineData("lp-ft"),
        InlineData("gradual-unfreezing"),
        InlineData("l2-sp"),
        InlineData("delta"),
        InlineData("co-tuning")
    ]
    public void Run_RepeatsItselfToTheBit_WithoutACache_AndFromOneThatKnowsSomeOfIt(string method)
    {
        (string, ParameterValue)[] frozen = method == "linear-probe" ? [] : [("freeze-depth", 4)],
            probe = method == "lp-ft" ? [("probe-epochs", 2)] : [];
        JobSpec job = Job(method, [("kept-views", 3), ("epochs", 4), ("light", 0.3), .. frozen, .. probe]);
        byte[] without = Head(_small.Execute(job with { FeatureCache = null }).Folder);
        DatasetManifest all = DatasetManifest.Load(job.Data.Manifest);
        // An image's views go by its number, so that those before keep theirs.
        (all with { Samples = [.. all.Samples.Except(all.Of(Split.Train).TakeLast(5))] }).Save(job.Data.Manifest);
        _small.Execute(job);
        all.Save(job.Data.Manifest);

        byte[] rest = Head(_small.Execute(job, _events.Add).Folder),
            known = Head(_small.Execute(job).Folder);

        Assert.Contains(
            _events.OfType<MessageLogged>(),
            m =>
                m.Text.Contains(
                    $"{all.Of(Split.Validation).Count + 3 * (all.Of(Split.Train).Count - 5)} of "
                        + $"{all.Of(Split.Validation).Count + 3 * all.Of(Split.Train).Count} images and views.",
                    StringComparison.Ordinal
                )
        );
        Assert.Equal(without, rest);
        Assert.Equal(without, known);
        // Views change what is learned.
        Assert.NotEqual(
            without,
            Head(
                _small
                    .Execute(job with { Parameters = new Dictionary<string, ParameterValue>(job.Parameters) { ["kept-views"] = 1 } })
                    .Folder
            )
        );
    }

    [Fact]
    public void CancelledExtraction_LeavesTheViewsThatWereComputed()
    {
        using var cancel = new CancellationTokenSource();
        using TrainingRun run = TrainingRun.Prepare(Job(("epochs", 2)), _ => { });
        using FrozenTrunk trunk = FrozenTrunk.Of(run.Model, run.Model.HeadEntry, run.Settings);
        Pictures view = Pictures.View(run.Images.Training(run.Stages[0]), run.Preprocessing.CropSize, 1, run.Settings, seed: 0);
        FeatureCache cache = FeatureCache.Open(run.Job.FeatureCache!, trunk, run.Preprocessing, 256, view.Draws)!;

        // After the first batch, which is never more than sixteen.
        Assert.ThrowsAny<OperationCanceledException>(() =>
            FeatureBatches.Compute(
                trunk,
                view,
                cache,
                inMemory: true,
                done =>
                {
                    if (done > 0)
                        cancel.Cancel();
                },
                cancel.Token
            )
        );
        using FeatureBatches features = FeatureBatches.Compute(trunk, view, cache, inMemory: true, _ => { }, CancellationToken.None);

        Assert.Equal(Math.Min(16, view.Images.Samples.Count), features.Known);
    }

    [
        Theory,
        InlineData("mixup", 0.2, "MixUp"),
        InlineData("cutmix", 1, "MixUp"),
        InlineData("first-image-size", 16, "grow"),
        InlineData("freeze-depth", 0, "frozen")
    ]
    public void WhereViewsCannotBeKept_TheRunSaysSo_AndDrawsAnew(string setting, double value, string word)
    {
        JobSpec Frozen(params (string, ParameterValue)[] more) =>
            Job(
                "fine-tuning",
                [
                    ("epochs", 3),
                    setting is "mixup" or "cutmix" ? (setting, value) : (setting, (int)value),
                    .. setting == "freeze-depth" ? [] : new (string, ParameterValue)[] { ("freeze-depth", 4) },
                    .. more,
                ]
            );
        byte[] plain = Head(_small.Execute(Frozen()).Folder);

        byte[] asked = Head(_small.Execute(Frozen(("kept-views", 2)), _events.Add).Folder);

        Assert.Contains(
            _events.OfType<MessageLogged>(),
            m => m.Text.StartsWith("No views are kept", StringComparison.Ordinal) && m.Text.Contains(word, StringComparison.Ordinal)
        );
        Assert.Equal(plain, asked);
    }

    [Fact]
    public void MoreViewsThanThereIsRoomFor_AreNotKept_ButWhatValidatesIs()
    {
        // 32 channels of 128 × 128 an image: 2 MiB, a hundred times for each of the training images.
        using TrainingRun run = TrainingRun.Prepare(
            Job("fine-tuning", ("freeze-depth", 1), ("image-size", 512), ("epochs", 200), ("kept-views", 100)) with
            {
                FeatureCache = null,
            },
            _ => { }
        );

        using StageSources sources = Sources(run);

        Assert.Contains(
            _events.OfType<MessageLogged>(),
            m => m.Level == MessageLevel.Warning && m.Text.Contains("too many to be kept", StringComparison.Ordinal)
        );
        Assert.IsType<ImageBatches>(sources.Train);
        Assert.IsType<FeatureBatches>(sources.Validation);
    }

    [Fact]
    public void ViewsThatDoNotFitIntoMemory_AreReadFromTheCache_AndAreTheSame()
    {
        using var scope = NewDisposeScope();
        using TrainingRun run = TrainingRun.Prepare(Job(("epochs", 2)), _ => { });
        using FrozenTrunk trunk = FrozenTrunk.Of(run.Model, run.Model.HeadEntry, run.Settings);
        Pictures view = Pictures.View(run.Images.Training(run.Stages[0]), run.Preprocessing.CropSize, 2, run.Settings, seed: 0);
        FeatureCache cache = FeatureCache.Open(run.Job.FeatureCache!, trunk, run.Preprocessing, 256, view.Draws)!;

        using FeatureBatches filed = FeatureBatches.Compute(trunk, view, cache, inMemory: false, _ => { }, CancellationToken.None),
            held = FeatureBatches.Compute(trunk, view, cache: null, inMemory: true, _ => { }, CancellationToken.None);

        Batch fromFile = filed.Read([4, 0, 4], 8, 1, CancellationToken.None).Single(),
            fromMemory = held.Read([4, 0, 4], 8, 1, CancellationToken.None).Single();
        Assert.True(
            fromFile.Inputs.equal(fromMemory.Inputs).all().item<bool>() && fromFile.Labels.equal(fromMemory.Labels).all().item<bool>()
        );
    }

    /// <summary>Views cannot be kept where no layer is frozen, where a teacher answers to each view, and where two domains must look alike.
    /// AdaBN learns on the source alone.</summary>
    [Theory, MemberData(nameof(Methods))]
    public void Setting_IsOffered_WhereLayersMayBeFrozen(string name)
    {
        TransferMethodSpec spec = TransferMethodRegistry.All.Single(m => m.Name == name);
        bool fits = spec is { FitsAtOnce: false, TakesWeights: true, TakesTeacher: false } && (!spec.AdaptsToTarget || name == "adabn");

        Assert.Equal(fits, TransferMethodRegistry.ParametersOf(spec).Any(p => p.Name == "kept-views"));
    }

    private StageSources Sources(TrainingRun run)
    {
        run.Model.Backbone.Freeze(run.Stages[0].Method.FrozenGroups(run.Model));
        return StageSources.Prepare(run, run.Stages[0], new RunProgress(_events.Add), _events.Add, CancellationToken.None);
    }

    private JobSpec Job(params (string, ParameterValue)[] settings) => Job("linear-probe", settings);

    private JobSpec Job(string method, params (string Name, ParameterValue)[] settings)
    {
        (string Name, ParameterValue)[] usual = [("threads", 1), ("image-size", 32), ("augmentation", "light"), ("best-of", "last")];
        return _small.Job(
            method,
            "resnet18_slim",
            _small.Weights("resnet18_slim"),
            [.. usual.Where(u => settings.All(s => s.Name != u.Name)), .. settings]
        ) with
        {
            FeatureCache = new FeatureCacheSpec(CacheFolder, 1 << 30),
        };
    }

    private int Known(JobSpec job)
    {
        string? text = _small
            .Execute(job)
            .Events.OfType<MessageLogged>()
            .FirstOrDefault(m => m.Text.Contains("Reused the features", StringComparison.Ordinal))
            ?.Text;
        return text is null ? 0 : int.Parse(text.Split(' ')[4], System.Globalization.CultureInfo.InvariantCulture);
    }

    private int Rows() =>
        Directory
            .GetFiles(CacheFolder, "*.features", SearchOption.AllDirectories)
            .Sum(path =>
            {
                using FeatureSegment? segment = FeatureSegment.Open(path, 256);
                return segment?.Hashes.Count ?? 0;
            });

    private static byte[] Head(RunFolder folder) => WeightsFile.Open(folder.BestCheckpoint)["fc.weight"].Bytes.ToArray();
}

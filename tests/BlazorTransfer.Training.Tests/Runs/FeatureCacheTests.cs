using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Features;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Settings;
using BlazorTransfer.Training.Weights;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Runs;

/// <summary>Features of frozen layers that runs share.</summary>
public sealed class FeatureCacheTests : IDisposable
{
    private readonly SmallRun _small = new();

    private string CacheFolder => Path.Combine(_small.Folder, "features");

    public void Dispose() => _small.Dispose();

    [Fact]
    public void SecondRun_ComputesNothingAnew_AndLearnsTheSameToTheBit()
    {
        JobSpec job = Job();
        byte[] without = Head(_small.Execute(job with { FeatureCache = null }).Folder);

        (RunFolder first, List<RunEvent> events) = _small.Execute(job);
        (RunFolder second, List<RunEvent> again) = _small.Execute(job);

        Assert.DoesNotContain(events.OfType<MessageLogged>(), m => m.Text.Contains("Reused the features", StringComparison.Ordinal));
        Assert.Contains(again.OfType<MessageLogged>(), m => m.Text.Contains("features of 24 of 24 images.", StringComparison.Ordinal));
        Assert.Equal(without, Head(first));
        Assert.Equal(without, Head(second));
        // Every image is there once: of the second run nothing was written.
        Assert.Equal(24, Segments().Sum(s => s.Count));
    }

    [Fact]
    public void AnotherFoldOrBatchSize_FindsTheSameFeatures_AnotherImageSizeOrWeightsDoNot()
    {
        _small.Execute(Job());

        Assert.Contains("24 of 24", KnownIn(Job() with { Fold = new Fold(0, 3) }), StringComparison.Ordinal);
        Assert.Contains("24 of 24", KnownIn(Job(("batch-size", 5))), StringComparison.Ordinal);
        Assert.Equal("", KnownIn(Job(("image-size", 48))));
        Assert.Equal("", KnownIn(Job() with { Weights = WeightsSpec.Random }));
        Assert.Equal(
            "",
            KnownIn(
                _small.Job(
                    "fine-tuning",
                    "resnet18_slim",
                    _small.Weights("resnet18_slim"),
                    ("epochs", 1),
                    ("image-size", 32),
                    ("freeze-depth", 2),
                    ("augmentation", "none")
                ) with
                {
                    FeatureCache = Cache(),
                }
            )
        );
        Assert.Equal(4, Directory.GetDirectories(CacheFolder).Length);
    }

    [Fact]
    public void NewImages_AreComputed_AndTheOthersKnown()
    {
        DatasetManifest all = DatasetManifest.Load(Job().Data.Manifest);
        Sample[] later = [.. all.Of(Split.Train).Where((_, i) => i % 2 == 0).Take(8)];
        (all with { Samples = [.. all.Samples.Except(later)] }).Save(_small.Manifest);
        _small.Execute(Job());
        all.Save(_small.Manifest);
        byte[] whole = Head(_small.Execute(Job() with { FeatureCache = null }).Folder);

        (RunFolder folder, List<RunEvent> events) = _small.Execute(Job());

        Assert.Contains(events.OfType<MessageLogged>(), m => m.Text.Contains("features of 16 of 24 images.", StringComparison.Ordinal));
        // What an image's features are does not depend on which others were missing.
        Assert.Equal(whole, Head(folder));
    }

    [Fact]
    public void CancelledExtraction_LeavesWhatWasComputed()
    {
        using var cancel = new CancellationTokenSource();
        DatasetManifest data = DatasetManifest.Load(Job().Data.Manifest);
        using var model = new TransferModel(BackboneRegistry.Create("resnet18_slim", 4), data.Classes, CPU);
        model.Backbone.Freeze(model.HeadEntry);
        Preprocessing preprocessing = model.Backbone.Spec.Preprocessing.WithInput(32);
        var images = new ImageBatches(
            data.Samples,
            data.ClassTask,
            _ => InputReader.Evaluation(new ImageStore(_small.Images, 32), preprocessing),
            0,
            CPU
        );
        FeatureCache cache = FeatureCache.Open(Cache(), Trunk(model, model.HeadEntry), preprocessing, 256, "")!;

        // After the first batch.
        Assert.ThrowsAny<OperationCanceledException>(() =>
            FeatureBatches.Compute(
                Trunk(model, model.HeadEntry),
                Pictures.Plain(images),
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
        using FeatureBatches features = FeatureBatches.Compute(
            Trunk(model, model.HeadEntry),
            Pictures.Plain(images),
            cache,
            inMemory: true,
            _ => { },
            CancellationToken.None
        );

        Assert.Equal(16, features.Known);
        Assert.Empty(Directory.GetFiles(CacheFolder, "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public void RowsThatDoNotFitIntoMemory_AreReadFromTheCache_AndAreTheSame()
    {
        DatasetManifest data = DatasetManifest.Load(Job().Data.Manifest);
        using var scope = NewDisposeScope();
        using var model = new TransferModel(BackboneRegistry.Create("resnet18_slim", 4), data.Classes, CPU);
        model.Backbone.Freeze(2);
        Preprocessing preprocessing = model.Backbone.Spec.Preprocessing.WithInput(32);
        var images = new ImageBatches(
            data.Samples,
            data.ClassTask,
            _ => InputReader.Evaluation(new ImageStore(_small.Images, 32), preprocessing),
            0,
            CPU
        );
        int row = (int)FeatureBatches.ShapeAt(model, 2, 32).Aggregate(1L, (a, b) => a * b);
        FeatureCache cache = FeatureCache.Open(Cache(), Trunk(model, 2), preprocessing, row, "")!;
        int[] order = [5, 0, 23, 7, 7];

        using FeatureBatches filed = FeatureBatches.Compute(
            Trunk(model, 2),
            Pictures.Plain(images),
            cache,
            inMemory: false,
            _ => { },
            CancellationToken.None
        );
        using FeatureBatches held = FeatureBatches.Compute(
            Trunk(model, 2),
            Pictures.Plain(images),
            cache: null,
            inMemory: true,
            _ => { },
            CancellationToken.None
        );

        Batch[] fromFile = [.. filed.Read(order, 3, 1, CancellationToken.None)],
            fromMemory = [.. held.Read(order, 3, 1, CancellationToken.None)];
        Assert.Equal([3, 2], fromFile.Select(b => b.Inputs.shape[0]));
        Assert.All(
            fromFile.Zip(fromMemory),
            pair =>
                Assert.True(
                    pair.First.Inputs.equal(pair.Second.Inputs).all().item<bool>()
                        && pair.First.Labels.equal(pair.Second.Labels).all().item<bool>()
                )
        );
        // The same as the network says of the image by itself.
        Tensor alone = model.ForwardTo(2, images.Read([23], 1, 0, CancellationToken.None).Single().Inputs);
        Assert.True(allclose(alone, fromFile[0].Inputs.narrow(0, 2, 1), 1e-4, 1e-5));
    }

    [Fact]
    public void DamagedSegments_AreComputedAnew()
    {
        _small.Execute(Job());
        foreach (string path in SegmentFiles())
        {
            using FileStream file = File.OpenWrite(path);
            file.SetLength(file.Length - 4);
        }

        Assert.Equal("", KnownIn(Job()));
        Assert.Contains("24 of 24", KnownIn(Job()), StringComparison.Ordinal);
    }

    [Fact]
    public void CacheThatIsFull_LosesWhatWasNotUsedForLongest()
    {
        _small.Execute(Job());
        string oldest = Directory.GetDirectories(CacheFolder).Single();
        Directory.SetLastWriteTimeUtc(oldest, DateTime.UtcNow.AddDays(-1));
        long bytes = SegmentFiles().Sum(f => new FileInfo(f).Length);

        _small.Execute(Job(("image-size", 48)) with { FeatureCache = Cache() with { MaximumBytes = bytes + bytes / 2 } });

        Assert.False(Directory.Exists(oldest));
        Assert.Single(Directory.GetDirectories(CacheFolder));
    }

    [Fact]
    public void CacheThatIsTooSmall_IsNotUsed()
    {
        byte[] without = Head(_small.Execute(Job() with { FeatureCache = null }).Folder);

        (RunFolder folder, _) = _small.Execute(Job() with { FeatureCache = Cache() with { MaximumBytes = 1000 } });

        Assert.Equal(without, Head(folder));
        Assert.False(Directory.Exists(CacheFolder));
    }

    private static FrozenTrunk Trunk(TransferModel model, int entry) =>
        FrozenTrunk.Of(
            model,
            entry,
            ParameterSet.Resolve(CommonParameters.All, new Dictionary<string, ParameterValue> { [CommonParameters.ImageSize] = 32 }).Set!
        );

    private FeatureCacheSpec Cache() => new(CacheFolder, 1 << 30);

    private JobSpec Job(params (string, ParameterValue)[] settings) =>
        _small.Job(
            "linear-probe",
            "resnet18_slim",
            _small.Weights("resnet18_slim"),
            [
                ("epochs", 2),
                ("threads", 1),
                .. settings.Any(s => s.Item1 == "image-size") ? [] : new (string, ParameterValue)[] { ("image-size", 32) },
                .. settings,
            ]
        ) with
        {
            FeatureCache = Cache(),
        };

    private string KnownIn(JobSpec job) =>
        _small
            .Execute(job)
            .Events.OfType<MessageLogged>()
            .FirstOrDefault(m => m.Text.Contains("Reused the features", StringComparison.Ordinal))
            ?.Text
        ?? "";

    private string[] SegmentFiles() => Directory.GetFiles(CacheFolder, "*.features", SearchOption.AllDirectories);

    private IReadOnlyList<string>[] Segments() =>
        [
            .. SegmentFiles()
                .Select(path =>
                {
                    using FeatureSegment segment = FeatureSegment.Open(path, 256)!;
                    return segment.Hashes;
                }),
        ];

    private static byte[] Head(RunFolder folder) => WeightsFile.Open(folder.BestCheckpoint)["fc.weight"].Bytes.ToArray();
}

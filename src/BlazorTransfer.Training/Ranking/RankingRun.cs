using System.Diagnostics;
using System.Runtime.InteropServices;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Weights;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Ranking;

/// <summary>
/// Ranks candidates on a data set without training them: each gives the features of some training images once, and the scores are
/// computed from those. Images of validation and test are never looked at, so that what they say of a model later stays honest.
/// </summary>
public sealed class RankingRun
{
    private const int BatchSize = 16;

    // Decoded images are kept at this side, or at what a candidate wants where that is more: decoding costs more than many a network.
    private const int UsualSide = 256;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly RankingJob _job;
    private readonly Action<RankingEvent> _emit;
    private readonly CancellationToken _cancel;
    private readonly Stopwatch _sinceEvent = Stopwatch.StartNew();
    private readonly IReadOnlyList<string> _classes;
    private readonly IReadOnlyList<Sample> _samples;
    private readonly int[] _labels;
    private readonly int _trainImages;
    private readonly Device _device;
    private readonly DeviceSpec _deviceSpec;
    private ImageStore _images;
    private int _side = UsualSide;

    private RankingRun(RankingJob job, DatasetManifest data, Action<RankingEvent> emit, CancellationToken cancel)
    {
        (_job, _emit, _cancel, _classes) = (job, emit, cancel, data.Classes);
        (_device, _deviceSpec) = Devices.Resolve(job.Device);
        Sample[] train = [.. data.Of(Split.Train).Where(s => s.Label is not null)];
        _trainImages = train.Length;
        _samples = SampleDraw.Of(train, job.MaxImages, job.Seed);
        _labels = [.. _samples.Select(s => Array.IndexOf([.. data.Classes], s.Label))];
        if (_labels.Distinct().Count() < 2)
            throw TrainingException.BadInput("ranking.one-class", $"Ranking needs training images of at least two classes.");
        if (_samples.Count < 2 * job.Folds)
            throw TrainingException.BadInput(
                "ranking.few-images",
                $"Ranking with {job.Folds} folds needs at least {2 * job.Folds} training images; there are {_samples.Count}."
            );
        _images = new ImageStore(job.Data.ImageRoot, _side);
    }

    /// <summary>Ranks on the calling thread: libtorch's scopes belong to a thread.</summary>
    /// <param name="job">What to rank.</param>
    /// <param name="emit">Receives progress and results in order.</param>
    /// <param name="cancel">Stops at the next batch.</param>
    /// <exception cref="TrainingException">Something that the user can mend. A candidate that cannot be read is listed instead.</exception>
    public static RankingReport Execute(RankingJob job, Action<RankingEvent> emit, CancellationToken cancel)
    {
        if (job.Candidates.Count == 0)
            throw TrainingException.BadInput("ranking.nothing", $"There is nothing to rank: name weights or networks.");
        if (job.Folds is < 2 or > 20)
            throw TrainingException.BadInput("ranking.folds", $"The number of folds must be 2 to 20.");
        if (job.MaxImages < 20)
            throw TrainingException.BadInput("ranking.too-few", $"Ranking needs at least 20 images.");
        return new RankingRun(job, LoadData(job), emit, cancel).Execute();
    }

    private static DatasetManifest LoadData(RankingJob job)
    {
        try
        {
            return DatasetManifest.Load(job.Data.Manifest);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw TrainingException.BadInput("data.unreadable", $"The data set cannot be read: {Message.Of(e)}", e);
        }
    }

    private RankingReport Execute()
    {
        var clock = Stopwatch.StartNew();
        ReadImages();
        var ranked = new List<RankedCandidate>();
        foreach (RankingCandidate candidate in _job.Candidates)
        {
            _cancel.ThrowIfCancellationRequested();
            ranked.Add(Rank(candidate, ranked.Count + 1));
            _emit(new CandidateRanked(ranked[^1]));
        }

        var report = new RankingReport
        {
            WorkerVersion = EngineVersion.Current,
            Device = _deviceSpec.Description,
            Classes = _classes,
            Images = _samples.Count,
            TrainImages = _trainImages,
            Folds = _job.Folds,
            Seed = _job.Seed,
            Seconds = clock.Elapsed.TotalSeconds,
            Candidates = ranked,
        };
        _emit(new RankingFinished(report));
        return report;
    }

    /// <summary>Decodes each image once, for all candidates.</summary>
    private void ReadImages()
    {
        int done = 0;
        Tell(new RankingProgressed(RankingStage.ReadingImages, null, 0, _job.Candidates.Count, 0, _samples.Count));
        foreach (Sample[] part in _samples.Chunk(BatchSize))
        {
            _cancel.ThrowIfCancellationRequested();
            try
            {
                Parallel.ForEach(part, sample => _images.Working(sample));
            }
            catch (AggregateException e) when (e.InnerExceptions.OfType<TrainingException>().FirstOrDefault() is { } cause)
            {
                throw cause;
            }

            Tell(new RankingProgressed(RankingStage.ReadingImages, null, 0, _job.Candidates.Count, done += part.Length, _samples.Count));
        }
    }

    private RankedCandidate Rank(RankingCandidate candidate, int number)
    {
        var result = new RankedCandidate
        {
            Name = candidate.Name,
            Backbone = candidate.Backbone,
            WeightsId = candidate.WeightsId,
            IsRandom = candidate.File is null,
        };
        Tell(new RankingProgressed(RankingStage.ExtractingFeatures, candidate.Name, number, _job.Candidates.Count, 0, _samples.Count));
        try
        {
            using CandidateNetwork network = CandidateNetwork.Open(candidate, _job.Seed, _device);
            BackboneSpec spec = network.Backbone.Spec;
            return Score(result with { Backbone = spec.Name, DisplayName = spec.DisplayName }, network, candidate, number);
        }
        catch (Exception e) when (e is WeightsException or IOException or UnauthorizedAccessException)
        {
            return result with { Error = Message.Of(e) };
        }
        catch (ExternalException e) when (e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase))
        {
            return result with { Error = Message.Of("ranking.memory", $"Memory did not suffice for this network.") };
        }
    }

    private RankedCandidate Score(RankedCandidate result, CandidateNetwork network, RankingCandidate candidate, int number)
    {
        var clock = Stopwatch.StartNew();
        BackboneSpec spec = network.Backbone.Spec;
        using var scope = NewDisposeScope();
        (Tensor features, double rate) = network.Extract(
            Images(spec.Preprocessing),
            BatchSize,
            done =>
                Tell(
                    new RankingProgressed(
                        RankingStage.ExtractingFeatures,
                        candidate.Name,
                        number,
                        _job.Candidates.Count,
                        done,
                        _samples.Count
                    )
                ),
            _cancel
        );
        if (!features.isfinite().all().item<bool>())
            return result with
            {
                Error = Message.Of(
                    "ranking.not-finite",
                    $"Its features are not finite numbers: the weights are damaged, or not meant for this network."
                ),
            };
        _emit(new RankingProgressed(RankingStage.Scoring, candidate.Name, number, _job.Candidates.Count, _samples.Count, _samples.Count));
        double logMe = LogMe.Score(features, _labels, _classes.Count);
        double hScore = HScore.Score(features, _labels, _classes.Count);
        ProbeAccuracy probe = CrossValidatedProbe.Measure(features, _labels, _classes.Count, _job.Folds, _job.Seed, _cancel);
        return result with
        {
            Scores = new CandidateScores(
                logMe,
                hScore,
                probe.Mean,
                probe.StandardDeviation,
                rate,
                2 * spec.GigaMacs,
                spec.Parameters,
                spec.FeatureDim,
                clock.Elapsed.TotalSeconds
            ),
        };
    }

    private ImageBatches Images(Preprocessing preprocessing)
    {
        if (preprocessing.ResizeShorterSide > _side)
            _images = new ImageStore(_job.Data.ImageRoot, _side = preprocessing.ResizeShorterSide);
        var transforms = new ImageTransforms(preprocessing);
        var reader = new InputReader(transforms.Side, (sample, _, target) => transforms.Evaluate(_images.Working(sample), target));
        return new ImageBatches(_samples, LabelTask.OfClasses(_classes), _ => reader, _job.Seed, _device);
    }

    private void Tell(RankingProgressed progress)
    {
        if (progress.Done > 0 && progress.Done < progress.Total && _sinceEvent.Elapsed < Pause)
            return;
        _emit(progress);
        _sinceEvent.Restart();
    }
}

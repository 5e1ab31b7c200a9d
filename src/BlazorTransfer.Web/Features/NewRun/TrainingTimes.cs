using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Runs;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>Images per second through a network on this machine.</summary>
/// <param name="Features">Without gradients.</param>
/// <param name="Training">In training steps of all layers.</param>
/// <param name="IsGuess">True if computed from the operations of the network, false if measured here.</param>
internal readonly record struct NetworkSpeed(double Features, double Training, bool IsGuess);

/// <summary>
/// Estimates how long runs on a data set take. The best evidence comes first: earlier runs on the same images, a measurement of the
/// network, a ranking; without any, the operations of the network and a usual machine.
/// </summary>
/// <param name="dataset">The images.</param>
/// <param name="measured">Measured speeds by network.</param>
/// <param name="ranking">The last ranking on the images; null where there is none.</param>
/// <param name="runs">Runs of the project, the newest first.</param>
/// <param name="device">The device that runs use.</param>
internal sealed class TrainingTimes(
    Dataset dataset,
    IReadOnlyDictionary<string, BackboneSpeed> measured,
    RankingReport? ranking,
    IReadOnlyList<Run> runs,
    DeviceSpec device
)
{
    /// <summary>Start of the worker, loading of weights, evaluation and export of a model, in seconds.</summary>
    public const double Overhead = 6;

    // Multiply-accumulates a second in 10⁹, without gradients: two cores of a server with AVX-512; a current data-centre GPU.
    private const double UsualCpu = 70;
    private const double UsualGpu = 4_000;

    // A training step computes forward and twice as much backward, and draws augmented images.
    private const double StepCost = 4;

    // A head on features that are in memory: measured at about 50,000 images/s.
    private const double HeadSecondsPerImage = 2e-5;

    private int Images => dataset.Latest.Images - dataset.Latest.Unlabelled;

    private int TrainImages => dataset.Latest.Of(Split.Train) - dataset.Latest.Unlabelled;

    /// <summary>Speed of a network here.</summary>
    public NetworkSpeed SpeedOf(BackboneSpec network)
    {
        if (measured.TryGetValue(network.Name, out BackboneSpeed? speed))
            return new NetworkSpeed(speed.Features, speed.Training, IsGuess: false);
        if (
            ranking?.Candidates.FirstOrDefault(c => c.Backbone == network.Name && c.Scores is not null) is
            { Scores.ImagesPerSecond: > 0 and var fast }
        )
            return new NetworkSpeed(fast, fast / StepCost, IsGuess: false);
        double usual = (device.Name == DeviceSpec.Cpu ? UsualCpu : UsualGpu) / Math.Max(0.01, network.GigaMacs);
        return new NetworkSpeed(usual, usual / StepCost, IsGuess: true);
    }

    /// <summary>Seconds of one pass of a fine-tuning over the training images.</summary>
    public double SecondsPerEpoch(BackboneSpec network)
    {
        NetworkSpeed speed = SpeedOf(network);
        return TrainImages / speed.Training + (Images - TrainImages) / speed.Features;
    }

    /// <summary>The time of an earlier run with the same network, method and images; without one, an estimate.</summary>
    /// <param name="network">The network.</param>
    /// <param name="method">The method.</param>
    /// <param name="epochs">Passes over the images; 0 for a method without any.</param>
    /// <param name="hasFeatures">True if the output of the frozen layers is in the cache, from a run before.</param>
    public (double Seconds, bool IsGuess) OfRun(BackboneSpec network, TransferMethodSpec method, int epochs, bool hasFeatures = false)
    {
        if (Earlier(network, method, epochs) is { } seconds)
            return (seconds, false);
        NetworkSpeed speed = SpeedOf(network);
        double features = hasFeatures ? 0 : Images / speed.Features;
        bool isFrozen = method.FitsAtOnce || method.Has(MethodRole.FeatureProbe);
        return (
            Overhead + features + (isFrozen ? Math.Max(1, epochs) * Images * HeadSecondsPerImage : epochs * SecondsPerEpoch(network)),
            speed.IsGuess
        );
    }

    /// <summary>Some runs of the same kind, one after the other.</summary>
    /// <param name="network">The network.</param>
    /// <param name="method">The method.</param>
    /// <param name="epochs">Passes over the images; 0 for a method without any.</param>
    /// <param name="size">Side of the images; 0 for the network's own.</param>
    /// <param name="count">Number of runs; those after the first find features of frozen layers in the cache.</param>
    public TimeRange OfRuns(BackboneSpec network, TransferMethodSpec method, int epochs, int size, int count)
    {
        // Operations grow with the area of the images. Earlier runs and measurements are at the network's own size.
        double area = size == 0 ? 1 : Math.Pow((double)size / network.Preprocessing.CropSize, 2);
        BackboneSpec scaled = area == 1 ? network : network with { GigaMacs = network.GigaMacs * area, Name = "" };
        (double first, bool isGuess) = OfRun(scaled, method, epochs);
        (double next, _) = OfRun(scaled, method, epochs, hasFeatures: true);
        return TimeRange.Around(first + (count - 1) * next, isGuess);
    }

    /// <summary>The whole of a ranking of some networks.</summary>
    public (double Seconds, bool IsGuess) OfRanking(IReadOnlyCollection<BackboneSpec> networks)
    {
        NetworkSpeed[] speeds = [.. networks.Select(SpeedOf)];
        return (Overhead + speeds.Sum(s => 2 + Math.Min(TrainImages, RankingJob.UsualImages) / s.Features), speeds.Any(s => s.IsGuess));
    }

    private double? Earlier(BackboneSpec network, TransferMethodSpec method, int epochs) =>
        runs.FirstOrDefault(r =>
            r.Status == RunStatus.Succeeded
            && r.Submission.DatasetId == dataset.Id
            && r.Submission.DatasetVersion == dataset.Latest.Number
            && r.Job is { Target: null, Data.Only: null }
            && r.Job.Backbone == network.Name
            && r.Job.Method == method.Name
            && (r.Epochs == epochs || epochs == 0)
        )
            is { StartedAt: { } started, FinishedAt: { } finished }
            ? (finished - started).TotalSeconds
            : null;
}

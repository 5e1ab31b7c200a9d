using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Runs;

namespace BlazorTransfer.Web.Tests.Experiments;

/// <summary>Finished runs of experiments, made without a worker.</summary>
internal static class SampleExperiment
{
    private static int _last;

    /// <summary>A finished run, or one of another status without a result.</summary>
    public static Run Run(
        double? top1,
        string? experiment = "e",
        int trial = 0,
        int round = 0,
        Fold? fold = null,
        int seed = 0,
        SearchPlan? search = null,
        RunStatus status = RunStatus.Succeeded
    )
    {
        int number = Interlocked.Increment(ref _last);
        return new Run
        {
            Id = $"run{number}",
            Status = status,
            BestTop1 = top1,
            FinishedAt = DateTimeOffset.UnixEpoch.AddMinutes(number),
            Submission = new RunSubmission
            {
                ProjectId = "p",
                Number = number,
                Name = $"Run {number}",
                ExperimentId = experiment,
                ExperimentName = "Experiment",
                ConfigurationName = $"Configuration {trial}",
                DatasetId = "d",
                DatasetVersion = 1,
                DatasetName = "Data",
                SubmittedBy = "u",
                SubmittedAt = DateTimeOffset.UnixEpoch,
                Search = search,
                Trial = trial,
                Round = round,
            },
            Job = new JobSpec
            {
                RunId = $"run{number}",
                Data = new DataSpec("datasets/d/v1.jsonl", "images"),
                Backbone = "fake",
                Weights = WeightsSpec.Random,
                Method = "fake-method",
                Fold = fold,
                Seed = seed,
            },
        };
    }
}

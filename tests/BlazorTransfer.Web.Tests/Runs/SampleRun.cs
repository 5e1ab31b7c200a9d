using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Features.Runs;

namespace BlazorTransfer.Web.Tests.Runs;

/// <summary>A run that nobody has to execute.</summary>
internal static class SampleRun
{
    public static Run Queued(string id = "run1") =>
        Run.Of(
            id,
            new RunSubmission
            {
                ProjectId = "project1",
                Number = 1,
                Name = "Run",
                DatasetId = "dataset1",
                DatasetVersion = 1,
                DatasetName = "Data",
                SubmittedBy = "user1",
                SubmittedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            },
            new JobSpec
            {
                RunId = id,
                Data = new DataSpec("datasets/dataset1/v1.jsonl", "images"),
                Backbone = "fake",
                Weights = WeightsSpec.Random,
                Method = "fake-method",
            }
        );
}

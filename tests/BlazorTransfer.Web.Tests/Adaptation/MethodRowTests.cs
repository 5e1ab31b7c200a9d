using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Adaptation;
using BlazorTransfer.Web.Features.Runs;

namespace BlazorTransfer.Web.Tests.Adaptation;

public sealed class MethodRowTests : PageTests
{
    /// <summary>Successive halving runs a trial again and longer, with the same seed: that is no second seed.</summary>
    [Fact]
    public void Rounds_OfATrial_AreOneRow_OfTheLast()
    {
        Run[] runs =
        [
            Of("a", "search", trial: 1, round: 0, 0.5),
            Of("b", "search", trial: 1, round: 1, 0.7),
            Of("c", "search", trial: 2, round: 0, 0.6),
        ];

        IReadOnlyList<MethodRow> rows = MethodRow.Between(runs, "a", App.Get<RunAnswers>());

        Assert.Equal(
            [
                ["b"],
                ["c"],
            ],
            rows.Select(r => r.Runs.Select(m => m.Id).ToArray())
        );
        Assert.Equal([0.7, 0.6], rows.Select(r => r.Target!.Value.Mean));
        Assert.Equal(["trial 1 of a search", "trial 2 of a search"], rows.Select(r => r.Extent));
    }

    [Fact]
    public void Seeds_OfAnExperiment_AreOneRow_OfTheirMean()
    {
        Run[] runs =
        [
            Of("a", "seeds", trial: 0, round: 0, 0.5),
            Of("b", "seeds", trial: 0, round: 0, 0.7),
            Of("c", null, trial: 0, round: 0, 0.9),
        ];

        IReadOnlyList<MethodRow> rows = MethodRow.Between(runs, "a", App.Get<RunAnswers>());

        Assert.Equal(["1 seed", "2 seeds"], rows.Select(r => r.Extent));
        Assert.Equal(0.6, rows[1].Target!.Value.Mean, 9);
    }

    private static Run Of(string id, string? experiment, int trial, int round, double top1) =>
        new()
        {
            Id = id,
            Submission = new RunSubmission
            {
                ProjectId = "p",
                Number = id[0],
                Name = "",
                DatasetId = "",
                DatasetVersion = 1,
                DatasetName = "",
                SubmittedBy = "",
                SubmittedAt = default,
                ExperimentId = experiment,
                Trial = trial,
                Round = round,
            },
            Job = new JobSpec
            {
                RunId = id,
                Data = new("source", ""),
                Target = new TargetSpec(new("target", "")),
                Backbone = "",
                Weights = WeightsSpec.Random,
                Method = "dann",
            },
            Status = RunStatus.Succeeded,
            TargetTop1 = top1,
        };
}

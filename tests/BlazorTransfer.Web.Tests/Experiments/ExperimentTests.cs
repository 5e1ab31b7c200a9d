using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Tests.Experiments;

public sealed class ExperimentTests : IAsyncLifetime
{
    private readonly TestApp _app = new();
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    private RunService Runs => _app.Get<RunService>();

    public async ValueTask InitializeAsync()
    {
        _ada = await _app.PrincipalAsync(await _app.CreateUserAsync("Ada"));
        (_project, _dataset) = await _app.CreateProjectWithDataAsync(_ada);
    }

    public ValueTask DisposeAsync()
    {
        _app.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Submit_WithSeveralSeeds_MakesARunOfEach_ThatKnowTheirExperiment()
    {
        Run first = await Runs.SubmitAsync(_ada, _project.Id, Request(repeats: 3) with { Seed = 5 });
        await Runs.SubmitAsync(_ada, _project.Id, Request(repeats: 1));
        await TestApp.WaitForAsync(() => Runs.List(_ada, _project.Id).All(r => r.Status.IsFinal()));

        IReadOnlyList<Run> experiment = Runs.Experiment(_ada, _project.Id, first.Submission.ExperimentId!);

        Assert.Equal([(1, 5), (2, 6), (3, 7)], experiment.Select(r => (r.Submission.Number, r.Job.Seed)));
        Assert.All(experiment, r => Assert.Equal(r.Id, r.Job.RunId));
        Assert.Equal((3, ExperimentType.Repeats), (Experiment.Of(experiment).Finished, Experiment.Of(experiment).Type));
        Assert.Null(Runs.List(_ada, _project.Id)[0].Submission.ExperimentId);
        // The folders are the truth: a database made anew knows the experiment too.
        Assert.Equal(4, _app.Get<RunRebuild>().Rebuild());
        Assert.Equal(3, Runs.Experiment(_ada, _project.Id, first.Submission.ExperimentId!).Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(RunPlanner.MostRepeats + 1)]
    public async Task Submit_WithNoSeedsOrTooMany_IsRefused(int repeats)
    {
        await Assert.ThrowsAsync<RefusedException>(() => Runs.SubmitAsync(_ada, _project.Id, Request(repeats)));

        Assert.Empty(Runs.List(_ada, _project.Id));
    }

    [Fact]
    public async Task CancelExperiment_StopsWhatIsNotOver_AndIsForEditors()
    {
        ClaimsPrincipal eve = await _app.PrincipalAsync(await _app.CreateUserAsync("Eve")),
            vera = await _app.PrincipalAsync(await _app.CreateUserAsync("Vera"));
        _app.SetRole(_project.Id, "Vera", ProjectRole.Viewer);
        Run first = await Runs.SubmitAsync(
            _ada,
            _project.Id,
            Request(repeats: 3) with
            {
                Parameters = new Dictionary<string, ParameterValue> { ["behaviour"] = "wait-for-cancel" },
            }
        );
        await _app.WaitForRunAsync(first.Id, r => r.Epoch == 1);
        string experiment = first.Submission.ExperimentId!;

        Assert.Throws<NotFoundException>(() => Runs.CancelExperiment(eve, _project.Id, experiment));
        Assert.Throws<ForbiddenException>(() => Runs.CancelExperiment(vera, _project.Id, experiment));
        Assert.DoesNotContain(Runs.Experiment(_ada, _project.Id, experiment), r => r.Status is RunStatus.Cancelled or RunStatus.Cancelling);
        Runs.CancelExperiment(_ada, _project.Id, experiment);

        await TestApp.WaitForAsync(() => Runs.Experiment(_ada, _project.Id, experiment).All(r => r.Status.IsFinal()));
        Assert.All(Runs.Experiment(_ada, _project.Id, experiment), r => Assert.Equal(RunStatus.Cancelled, r.Status));
    }

    [Fact]
    public async Task Experiment_AskedForByAStranger_IsNotThere()
    {
        ClaimsPrincipal eve = await _app.PrincipalAsync(await _app.CreateUserAsync("Eve"));
        Run run = await Runs.SubmitAsync(_ada, _project.Id, Request(repeats: 2));

        Assert.Throws<NotFoundException>(() => Runs.Experiment(eve, _project.Id, run.Submission.ExperimentId!));
    }

    [Fact]
    public void Spread_IsTheMeanAndTheSampleStandardDeviation_OfWhatIsKnown()
    {
        Spread spread = Spread.Of([0.5, null, 0.7, 0.9])!.Value;

        Assert.Equal((0.7, 0.2, 3), (Math.Round(spread.Mean, 12), Math.Round(spread.StandardDeviation, 12), spread.Count));
        Assert.Null(Spread.Of([null]));
        Assert.Equal(0, Spread.Of([0.5])!.Value.StandardDeviation);
    }

    private RunRequest Request(int repeats) =>
        new()
        {
            DatasetId = _dataset.Id,
            DatasetVersion = 1,
            Backbone = "fake",
            Method = "fake-method",
            Repeats = repeats,
        };
}

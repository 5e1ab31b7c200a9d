using System.Security.Claims;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Tests.Runs;

/// <summary>Models as the start of other runs, within a project and across.</summary>
public sealed class LineageTests : IAsyncLifetime
{
    private readonly TestApp _app = new();
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

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
    public async Task Run_StartedFromAnother_KnowsItsAncestorsAndItsChildren()
    {
        Run first = await FinishedAsync(await _app.SubmitAsync(_ada, _project, _dataset, "succeed"));
        Run second = await FinishedAsync(await SubmitFromAsync(_ada, first.Id));
        Run third = await FinishedAsync(await SubmitFromAsync(_ada, second.Id));

        (IReadOnlyList<Run?> ancestors, IReadOnlyList<Run> children) = Runs.Lineage(_ada, _project.Id, second.Id);

        Assert.Equal([first.Id], ancestors.Select(a => a!.Id));
        Assert.Equal([third.Id], children.Select(c => c.Id));
        Assert.Equal([first.Id, second.Id], Runs.Lineage(_ada, _project.Id, third.Id).Ancestors.Select(a => a!.Id));
        Assert.Equal([third.Id, second.Id, first.Id], Runs.Models(_ada).Select(m => m.Id));
        Assert.EndsWith("best.safetensors", second.Job.Weights.File, StringComparison.Ordinal);

        Runs.Delete(_ada, _project.Id, first.Id);
        Assert.Equal([null, second.Id], Runs.Lineage(_ada, _project.Id, third.Id).Ancestors.Select(a => a?.Id));
    }

    [Fact]
    public async Task Run_StartedFromAModelThatTheUserDoesNotSee_IsRefusedAsIfItWereNotThere()
    {
        ClaimsPrincipal ben = await _app.PrincipalAsync(await _app.CreateUserAsync("Ben"));
        (Project bens, Dataset bensData) = await _app.CreateProjectWithDataAsync(ben);
        Run adas = await FinishedAsync(await _app.SubmitAsync(_ada, _project, _dataset, "succeed"));

        await Assert.ThrowsAsync<NotFoundException>(() => SubmitFromAsync(ben, adas.Id, bens, bensData));
        Assert.Empty(Runs.Models(ben));

        // Once he may see it, he may use it; whoever sees only his project sees that something is there, and not what.
        _app.SetRole(_project.Id, "Ben", ProjectRole.Viewer);
        Run child = await FinishedAsync(await SubmitFromAsync(ben, adas.Id, bens, bensData));
        ClaimsPrincipal carla = await _app.PrincipalAsync(await _app.CreateUserAsync("Carla"));
        _app.SetRole(bens.Id, "Carla", ProjectRole.Viewer);
        Assert.Equal([null], Runs.Lineage(carla, bens.Id, child.Id).Ancestors);
        Assert.Equal([adas.Id], Runs.Lineage(ben, bens.Id, child.Id).Ancestors.Select(a => a!.Id));
        // Ada does not see Ben's project.
        Assert.Empty(Runs.Lineage(_ada, _project.Id, adas.Id).Children);
    }

    [Fact]
    public async Task Run_StartedFromAFailedOne_IsRefused()
    {
        Run failed = await FinishedAsync(await _app.SubmitAsync(_ada, _project, _dataset, "report-failure"));

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() => SubmitFromAsync(_ada, failed.Id));

        Assert.Contains("no model", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_ThatAWaitingRunStartsFrom_CannotBeDeleted()
    {
        Run parent = await FinishedAsync(await _app.SubmitAsync(_ada, _project, _dataset, "succeed"));
        Run blocker = await _app.SubmitAsync(_ada, _project, _dataset, "wait-for-cancel");
        Run child = await SubmitFromAsync(_ada, parent.Id);

        Assert.Throws<RefusedException>(() => Runs.Delete(_ada, _project.Id, parent.Id));

        await _app.WaitForRunAsync(blocker.Id, r => r.Status == RunStatus.Running);
        Runs.Cancel(_ada, _project.Id, blocker.Id);
        await _app.WaitForEndAsync(child.Id);
        Runs.Delete(_ada, _project.Id, parent.Id);
    }

    private RunService Runs => _app.Get<RunService>();

    private Task<Run> FinishedAsync(Run run) => _app.WaitForEndAsync(run.Id);

    private Task<Run> SubmitFromAsync(ClaimsPrincipal user, string parentId, Project? project = null, Dataset? dataset = null) => Runs.SubmitAsync(user, (project ?? _project).Id, new RunRequest
    {
        DatasetId = (dataset ?? _dataset).Id,
        DatasetVersion = 1,
        Backbone = "fake",
        Method = "fake-method",
        ParentRunId = parentId,
    });
}

using System.Diagnostics;
using System.Security.Claims;
using System.Text.Json;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.RunDetails;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Storage;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Tests.Runs;

/// <summary>Pages of one run in several tabs.</summary>
public sealed class RunPageTests() : PageTests(("CancelGrace", "00:05:00"))
{
    [Fact]
    public async Task Cancel_OfARunningRunInOneTab_IsShownByTheOtherBeforeTheWorkerSaysAnything()
    {
        (ClaimsPrincipal user, Project project, Dataset dataset) = await StartAsync();
        Run run = await App.SubmitAsync(user, project, dataset, "hang");
        run = await App.WaitForRunAsync(run.Id, r => r.Epoch == 1);
        IRenderedComponent<IComponent> one = OpenRun(user, run),
            other = OpenRun(user, run);
        one.WaitForAssertion(() => Assert.Contains("Running", StatusOf(one)), Patience);
        other.WaitForAssertion(() => Assert.Contains("Running", StatusOf(other)), Patience);
        long written = RunEventTail.EndOf(FolderOf(run).Events).LastSequence;

        App.Get<RunService>().Cancel(user, project.Id, run.Id);

        one.WaitForAssertion(() => Assert.Contains("Cancelling", StatusOf(one)), Patience);
        other.WaitForAssertion(() => Assert.Contains("Cancelling", StatusOf(other)), Patience);
        Assert.Equal(written, RunEventTail.EndOf(FolderOf(run).Events).LastSequence);
        KillWorkerOf(run);
        other.WaitForAssertion(() => Assert.Contains("Cancelled", StatusOf(other)), Patience);
    }

    [Fact]
    public async Task Cancel_OfAQueuedRunInOneTab_IsShownByTheOther()
    {
        (ClaimsPrincipal user, Project project, Dataset dataset) = await StartAsync();
        Run blocker = await App.SubmitAsync(user, project, dataset, "hang"),
            run = await App.SubmitAsync(user, project, dataset, "succeed");
        await App.WaitForRunAsync(blocker.Id, r => r.Epoch == 1);
        IRenderedComponent<IComponent> other = OpenRun(user, run);
        Assert.Contains("Queued", StatusOf(other));

        App.Get<RunService>().Cancel(user, project.Id, run.Id);

        other.WaitForAssertion(() => Assert.Contains("Cancelled", StatusOf(other)), Patience);
        KillWorkerOf(blocker);
    }

    [Fact]
    public async Task Page_OfARunThatSucceeds_ShowsTheEndAsTheDatabaseHasIt()
    {
        (ClaimsPrincipal user, Project project, Dataset dataset) = await StartAsync();
        Run run = await App.SubmitAsync(user, project, dataset, "succeed");
        IRenderedComponent<IComponent> page = OpenRun(user, run);

        page.WaitForAssertion(() => Assert.Contains("Succeeded", StatusOf(page)), Patience);

        // What the page reads from other services at the end needs the stored run to be there already.
        Assert.Equal(RunStatus.Succeeded, App.Get<DocumentCollection<Run>>().Find(run.Id)!.Status);
        Assert.Contains("Download model", page.Markup, StringComparison.Ordinal);
    }

    // Only against hanging; the assertions hold as soon as the page is drawn.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private async Task<(ClaimsPrincipal User, Project Project, Dataset Dataset)> StartAsync()
    {
        ClaimsPrincipal user = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        (Project project, Dataset dataset) = await App.CreateProjectWithDataAsync(user);
        return (user, project, dataset);
    }

    private IRenderedComponent<IComponent> OpenRun(ClaimsPrincipal user, Run run) =>
        Open<RunPage>(user, (nameof(RunPage.ProjectId), run.Submission.ProjectId), (nameof(RunPage.RunId), run.Id));

    private static string StatusOf(IRenderedComponent<IComponent> page) => page.Find(".bt-chip").TextContent;

    private RunFolder FolderOf(Run run) => App.Get<DataFolder>().Run(run.Id);

    private void KillWorkerOf(Run run)
    {
        WorkerProcessRecord record = JsonSerializer.Deserialize<WorkerProcessRecord>(
            File.ReadAllText(FolderOf(run).WorkerProcess),
            ProtocolJson.Line
        )!;
        using Process worker = Process.GetProcessById(record.ProcessId);
        worker.Kill();
    }
}

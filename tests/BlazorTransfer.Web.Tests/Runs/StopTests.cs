using System.Net;
using System.Security.Claims;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.RunDetails;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Tests.Runs;

/// <summary>Stop and keep best, from the click to the end of the run.</summary>
public sealed class StopTests() : PageTests()
{
    // Only against hanging.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Stop_OfARunningRun_IsShownToEverybodyAndEndsItWithANote()
    {
        (ClaimsPrincipal user, Run run) = await StartAsync("wait-for-stop");
        await App.WaitForRunAsync(run.Id, r => r.Epoch == 1);
        IRenderedComponent<IComponent> page = OpenRun(user, run);
        page.WaitForAssertion(() => Assert.NotNull(Stop(page)), Patience);

        Run asked = App.Get<RunService>().Stop(user, run.Submission.ProjectId, run.Id);

        Assert.True(asked.IsStopping);
        run = await App.WaitForEndAsync(run.Id);
        Assert.Equal((RunStatus.Succeeded, "Ada", 2), (run.Status, run.StoppedBy, run.StoppedAtEpoch));
        page.WaitForAssertion(
            () =>
                Assert.Contains(
                    "Stopped early by Ada at epoch 2 of 2. The model of epoch 1 was kept.",
                    Words(page),
                    StringComparison.Ordinal
                ),
            Patience
        );
        // The worker took the request up and put it into its record.
        Assert.Contains(RunEventTail.All(App.Get<DataFolder>().Run(run.Id).Events), e => e is RunStopRequested { By: "Ada" });
    }

    [Fact]
    public async Task Stop_AskedForInOneTab_IsShownByTheOtherBeforeTheWorkerSaysAnything()
    {
        (ClaimsPrincipal user, Run run) = await StartAsync("wait-for-cancel");
        await App.WaitForRunAsync(run.Id, r => r.Epoch == 1);
        IRenderedComponent<IComponent> page = OpenRun(user, run);
        page.WaitForAssertion(() => Assert.NotNull(Stop(page)), Patience);

        App.Get<RunService>().Stop(user, run.Submission.ProjectId, run.Id);

        page.WaitForAssertion(() => Assert.Contains("Ada asked to stop early.", Words(page), StringComparison.Ordinal), Patience);
        Assert.Equal(RunStatus.Running, App.Get<DocumentCollection<Run>>().Find(run.Id)!.Status);
        // A request to stop does not hide one to cancel.
        App.Get<RunService>().Cancel(user, run.Submission.ProjectId, run.Id);
        run = await App.WaitForEndAsync(run.Id);
        Assert.Equal((RunStatus.Cancelled, null), (run.Status, run.StoppedBy));
    }

    [Fact]
    public async Task Stop_BeforeTheFirstEpoch_IsRefusedAndSaysWhy()
    {
        (ClaimsPrincipal user, Run run) = await StartAsync("hang-before-epoch");
        run = await App.WaitForRunAsync(run.Id, r => r.Status == RunStatus.Running);
        IRenderedComponent<IComponent> page = OpenRun(user, run);

        RefusedException refusal = Assert.Throws<RefusedException>(() =>
            App.Get<RunService>().Stop(user, run.Submission.ProjectId, run.Id)
        );

        Assert.Equal("No epoch has finished yet, so there is no model to keep.", refusal.Message);
        page.WaitForAssertion(() => Assert.Contains(refusal.Message, Words(page), StringComparison.Ordinal), Patience);
        Assert.True(Stop(page)!.HasAttribute("disabled"));
        App.Get<RunService>().Cancel(user, run.Submission.ProjectId, run.Id);
        await App.WaitForEndAsync(run.Id);
    }

    [Theory]
    [InlineData(RunStatus.Queued, 0, "has not started")]
    [InlineData(RunStatus.Succeeded, 2, "has already ended")]
    [InlineData(RunStatus.Cancelling, 2, "has already ended")]
    [InlineData(RunStatus.Running, 1, "trains without epochs")]
    public void WhyNotStop_OfARunThatCannot_SaysWhy(RunStatus status, int epochs, string reason) =>
        Assert.Contains(reason, (SampleRun.Queued() with { Status = status, Epochs = epochs }).WhyNotStop!, StringComparison.Ordinal);

    [Fact]
    public async Task Endpoint_ForAnEditor_StopsTheRun()
    {
        (ClaimsPrincipal user, Run run) = await StartAsync("wait-for-stop");
        await App.WaitForRunAsync(run.Id, r => r.Epoch == 1);
        using HttpClient client = await App.SignInAsync(user.Identity!.Name!);

        using HttpResponseMessage answer = await client.PostAsync(
            $"/api/v1/projects/{run.Submission.ProjectId}/runs/{run.Id}/stop",
            content: null
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("\"isStopping\":true", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(2, (await App.WaitForEndAsync(run.Id)).StoppedAtEpoch);
    }

    private async Task<(ClaimsPrincipal User, Run Run)> StartAsync(string behaviour)
    {
        ClaimsPrincipal user = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        (Project project, Dataset dataset) = await App.CreateProjectWithDataAsync(user);
        return (user, await App.SubmitAsync(user, project, dataset, behaviour));
    }

    private IRenderedComponent<IComponent> OpenRun(ClaimsPrincipal user, Run run) =>
        Open<RunPage>(user, (nameof(RunPage.ProjectId), run.Submission.ProjectId), (nameof(RunPage.RunId), run.Id));

    private static AngleSharp.Dom.IElement? Stop(IRenderedComponent<IComponent> page) =>
        page.FindAll("button").FirstOrDefault(b => b.TextContent.Contains("Stop and keep best", StringComparison.Ordinal));

    private static string Words(IRenderedComponent<IComponent> page) =>
        string.Join(' ', page.Nodes.Select(n => n.TextContent)).CollapseSpaces();
}

internal static class Spaces
{
    public static string CollapseSpaces(this string text) => System.Text.RegularExpressions.Regex.Replace(text, @"\s+", " ");
}

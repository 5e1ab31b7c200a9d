using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.RunDetails;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Storage;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace BlazorTransfer.Web.Tests.Runs;

/// <summary>Workers that live and give no sign of it.</summary>
public sealed class SilentWorkerTests() : PageTests()
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider _clock = new();
    private RunFolder? _blocking;

    protected override void Dispose(bool disposing)
    {
        _blocking?.RequestCancel(DateTimeOffset.UtcNow);
        base.Dispose(disposing);
    }

    [Fact]
    public async Task R19_SilentWorker_IsShown_FailsNoRun_AndIsForgottenWhenItAnswers()
    {
        (ClaimsPrincipal user, Run run) = await RunOfNobodyAsync();
        RunFolder folder = App.Get<DataFolder>().Run(run.Id);
        var silent = new SilentWorkers();
        var follower = ActivatorUtilities.CreateInstance<RunFollower>(App.Factory.Services, new EndlessWorker(), silent, _clock);
        using var watch = new RunWatch(folder, new WorkerAttempt("endless", "1", 1), _clock, () => { });
        new Heartbeat(1, 1).Write(folder.Heartbeat);
        Look();

        _clock.Advance(29 * Second);
        Look();
        Assert.Null(silent.Of(run.Id));
        _clock.Advance(2 * Second);
        Look();
        Assert.Null(silent.Of(run.Id));
        _clock.Advance(31 * Second);
        Look();
        Assert.Equal(30 * Second, silent.Of(run.Id));
        // An older attempt that still counts is another worker.
        new Heartbeat(0, 99).Write(folder.Heartbeat);
        _clock.Advance(30 * Second);
        Look();
        Assert.Equal(60 * Second, silent.Of(run.Id));
        Assert.Equal(RunStatus.Starting, App.Get<RunService>().Get(user, run.Submission.ProjectId, run.Id).Status);

        new Heartbeat(1, 2).Write(folder.Heartbeat);
        _clock.Advance(Second);
        Look();
        Assert.Null(silent.Of(run.Id));

        void Look() => Assert.False(follower.Follow(run.Id, watch));
    }

    [Fact]
    public async Task Events_AreASignOfLifeToo()
    {
        (_, Run run) = await RunOfNobodyAsync();
        RunFolder folder = App.Get<DataFolder>().Run(run.Id);
        var watch = new SilenceWatch(_clock);
        watch.Look(folder, 10);

        _clock.Advance(40 * Second);
        Assert.Equal(SilenceWatch.Step, watch.Silence);
        watch.Look(folder, 20);
        Assert.Null(watch.Silence);
    }

    [Fact]
    public async Task SilentWorker_IsShownOnThePageAndInTheApi()
    {
        (ClaimsPrincipal user, Run run) = await RunOfNobodyAsync();
        using HttpClient client = await App.SignInAsync("Ada");
        IRenderedComponent<IComponent> page = Open<RunPage>(
            user,
            (nameof(RunPage.ProjectId), run.Submission.ProjectId),
            (nameof(RunPage.RunId), run.Id)
        );
        Assert.DoesNotContain("silent", page.Markup, StringComparison.Ordinal);

        App.Get<SilentWorkers>().Set(run.Id, SilenceWatch.Step);
        App.Get<RunChanges>().Publish(run.Submission.ProjectId);

        page.WaitForAssertion(
            () => Assert.Contains("The worker has not responded for 30 s.", page.Markup, StringComparison.Ordinal),
            TestApp.HangLimit
        );
        JsonElement answer = await client.GetFromJsonAsync<JsonElement>($"/api/v1/projects/{run.Submission.ProjectId}/runs/{run.Id}");
        Assert.Equal(30, answer.GetProperty("workerSilentSeconds").GetInt32());

        App.Get<SilentWorkers>().Set(run.Id, null);
        App.Get<RunChanges>().Publish(run.Submission.ProjectId);
        page.WaitForAssertion(() => Assert.DoesNotContain("silent", page.Markup, StringComparison.Ordinal), TestApp.HangLimit);
    }

    /// <summary>A run that has begun and that the application's own supervisor does not follow: another one has the slot.</summary>
    private async Task<(ClaimsPrincipal User, Run Run)> RunOfNobodyAsync()
    {
        ClaimsPrincipal user = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        (Project project, Dataset dataset) = await App.CreateProjectWithDataAsync(user);
        Run blocking = await App.SubmitAsync(user, project, dataset, "wait-for-cancel");
        await App.WaitForRunAsync(blocking.Id, r => r.Epoch == 1);
        _blocking = App.Get<DataFolder>().Run(blocking.Id);
        Run run = await App.SubmitAsync(user, project, dataset, "succeed");
        return (user, App.Get<RunJournal>().Record(run.Id, _ => [new AttemptStarted { Attempt = 1 }])!);
    }

    private sealed class EndlessWorker : IWorkerLauncher
    {
        public WorkerAttempt Start(RunFolder folder, int attempt) => throw new InvalidOperationException();

        public WorkerAttempt? Find(RunFolder folder) => null;

        public WorkerState State(WorkerAttempt attempt) => WorkerState.Running;

        public void Stop(WorkerAttempt attempt) { }

        public void Release(WorkerAttempt attempt) { }
    }
}

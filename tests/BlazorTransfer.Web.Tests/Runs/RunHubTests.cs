using System.Net;
using System.Security.Claims;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BlazorTransfer.Web.Tests.Runs;

public sealed class RunHubTests : IDisposable
{
    private readonly TestApp _app = new();

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task StreamRun_FromAnyPoint_GivesEachEventOnceUpToTheLast()
    {
        (Project project, Run run) = await FinishedRunOfAsync("Ada");
        await using HubConnection hub = await ConnectAsync("Ada");
        long[] all = [.. RunEventTail.All(_app.Get<DataFolder>().Run(run.Id).Events).Select(e => e.Sequence)];

        Assert.Equal(all, await ReadAsync(hub, project.Id, run.Id, 0));
        Assert.Equal(all.Skip(2), await ReadAsync(hub, project.Id, run.Id, 2));
        // Also for those who have it all, and for those who ask too late.
        Assert.Empty(await ReadAsync(hub, project.Id, run.Id, all[^1]));
        Assert.Empty(await ReadAsync(hub, project.Id, run.Id, long.MaxValue));
    }

    /// <summary>A page draws when it knows that it has all there is; whatever way the events come, it must be told.</summary>
    [Fact]
    public async Task Readers_AreAlwaysTold_ThatTheyHaveTheLatest()
    {
        RunFolder folder = _app.Get<DataFolder>().Run(Ids.New());
        folder.Create();
        string id = Path.GetFileName(folder.Path);
        using var writer = new RunEventWriter(folder.Events);
        for (int i = 0; i < 5; i++)
            writer.Append(new MessageLogged { Level = MessageLevel.Information, Text = $"{i}" });
        var stream = _app.Get<RunEventStream>();
        stream.Hold(id, 2);
        await using IAsyncEnumerator<RunEventBatch> reader = stream.ReadAsync(id, 0, CancellationToken.None).GetAsyncEnumerator();
        Assert.Equal(new long[] { 1, 2 }, await UpToLatestAsync(reader));

        stream.Hold(id, 5);
        stream.Ring(id);
        Assert.Equal(new long[] { 3, 4, 5 }, await UpToLatestAsync(reader));

        writer.Append(
            new RunFinished
            {
                Outcome = RunOutcome.Failed,
                Error = "why",
                Seconds = 1,
            }
        );
        stream.Release(id);
        Assert.Equal(new long[] { 6 }, await UpToLatestAsync(reader));
        Assert.False(await reader.MoveNextAsync());
    }

    [Fact]
    public async Task R13_EventsOfARun_AreAskedForInParts()
    {
        (ClaimsPrincipal user, Project project, Dataset dataset) = await ProjectOfAsync("Ada");
        Run run = await _app.WaitForEndAsync((await _app.SubmitAsync(user, project, dataset, "succeed")).Id);
        var service = _app.Get<RunService>();
        long[] all = [.. RunEventTail.All(_app.Get<DataFolder>().Run(run.Id).Events).Select(e => e.Sequence)];

        Assert.Equal(all, service.Events(user, project.Id, run.Id, 0, RunService.MostEvents).Select(e => e.Sequence));
        Assert.Equal([2, 3], service.Events(user, project.Id, run.Id, 1, 2).Select(e => e.Sequence));
        Assert.Empty(service.Events(user, project.Id, run.Id, all[^1], 2));
        Assert.Throws<RefusedException>(() => service.Events(user, project.Id, run.Id, 0, 0));
        Assert.Throws<RefusedException>(() => service.Events(user, project.Id, run.Id, 0, RunService.MostEvents + 1));
    }

    [Fact]
    public async Task StreamRun_OpenedBeforeTheEnd_FollowsTheRunLive()
    {
        (ClaimsPrincipal user, Project project, Dataset dataset) = await ProjectOfAsync("Ada");
        Run run = await _app.SubmitAsync(user, project, dataset, "wait-for-cancel");
        await using HubConnection hub = await ConnectAsync("Ada");

        Task<long[]> reading = ReadAsync(hub, project.Id, run.Id, 0);
        await _app.WaitForRunAsync(run.Id, r => r.Epoch == 1);
        Assert.False(reading.IsCompleted);
        _app.Get<RunService>().Cancel(user, project.Id, run.Id);

        // Queued, attempt, started, epoch, request to cancel, end: each once, and none without its number.
        long[] seen = await reading.WaitAsync(TestApp.HangLimit);
        Assert.Equal([1, 2, 3, 4, 5, 6], seen);
    }

    [Fact]
    public async Task Shutdown_WithAnOpenStream_EndsItByCancellation()
    {
        (ClaimsPrincipal user, Project project, Dataset dataset) = await ProjectOfAsync("Ada");
        Run run = await _app.SubmitAsync(user, project, dataset, "wait-for-cancel");
        await using HubConnection hub = await ConnectAsync("Ada");
        Task<long[]> client = ReadAsync(hub, project.Id, run.Id, 0);
        await _app.WaitForRunAsync(run.Id, r => r.Epoch == 1);
        IAsyncEnumerator<RunEventBatch> reader = _app.Get<RunEventStream>()
            .ReadAsync(run.Id, long.MaxValue - 1, CancellationToken.None)
            .GetAsyncEnumerator();
        Task<bool> waiting = reader.MoveNextAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        // The services are gone once the application has stopped.
        RunFolder folder = _app.Get<DataFolder>().Run(run.Id);

        _app.Get<IHostApplicationLifetime>().StopApplication();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        // Nothing but the cancellation ends the client's stream: the run goes on.
        await Assert.ThrowsAnyAsync<Exception>(() => client);
        Assert.DoesNotContain(RunEventTail.All(folder.Events), e => e is RunFinished);
        folder.RequestCancel(DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Shutdown_WhenAPageConnectsAgain_RefusesTheConnection()
    {
        using HttpClient ada = await _app.SignInAsync("Ada");
        IHostApplicationLifetime lifetime = _app.Get<IHostApplicationLifetime>();
        var answer = new TaskCompletionSource<HttpStatusCode>();
        // The browser does so as soon as its connection is closed, while the server still ends.
        using CancellationTokenRegistration stopping = lifetime.ApplicationStopping.Register(() =>
        {
            using HttpResponseMessage negotiated = ada.PostAsync("/_blazor/negotiate?negotiateVersion=1", null).GetAwaiter().GetResult();
            answer.SetResult(negotiated.StatusCode);
        });
        using (HttpResponseMessage before = await ada.PostAsync("/_blazor/negotiate?negotiateVersion=1", null))
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        lifetime.StopApplication();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await answer.Task);
    }

    [Fact]
    public async Task StreamRun_ForAStranger_SaysWhatItSaysOfAMissingRun()
    {
        (Project project, Run run) = await FinishedRunOfAsync("Ada");
        await using HubConnection hub = await ConnectAsync("Mallory");

        HubException foreign = await Assert.ThrowsAsync<HubException>(() => ReadAsync(hub, project.Id, run.Id, 0));
        HubException missing = await Assert.ThrowsAsync<HubException>(() => ReadAsync(hub, TestApp.Nobody, TestApp.Nobody, 0));

        Assert.Equal(missing.Message, foreign.Message);
    }

    [Fact]
    public async Task Connect_WithoutAnAccount_IsRefused()
    {
        await _app.CreateUserAsync("Ada");
        await using HubConnection hub = Build(null);

        await Assert.ThrowsAsync<HttpRequestException>(() => hub.StartAsync());
    }

    private static async Task<long[]> UpToLatestAsync(IAsyncEnumerator<RunEventBatch> reader)
    {
        var events = new List<long>();
        do
        {
            Assert.True(await reader.MoveNextAsync().AsTask().WaitAsync(TestApp.HangLimit));
            events.AddRange(reader.Current.Events.Select(e => e.Sequence));
        } while (!reader.Current.IsLatest);
        return [.. events];
    }

    private async Task<(Project Project, Run Run)> FinishedRunOfAsync(string name)
    {
        (ClaimsPrincipal user, Project project, Dataset dataset) = await ProjectOfAsync(name);
        Run run = await _app.SubmitAsync(user, project, dataset, "succeed");
        return (project, await _app.WaitForEndAsync(run.Id));
    }

    private async Task<(ClaimsPrincipal User, Project Project, Dataset Dataset)> ProjectOfAsync(string name)
    {
        User user = await _app.CreateUserAsync(name);
        ClaimsPrincipal principal = await _app.PrincipalAsync(user);
        (Project project, Dataset dataset) = await _app.CreateProjectWithDataAsync(principal);
        return (principal, project, dataset);
    }

    private async Task<HubConnection> ConnectAsync(string name)
    {
        HubConnection hub = Build(await _app.SignInCookieAsync(name));
        await hub.StartAsync();
        return hub;
    }

    private HubConnection Build(string? cookie) =>
        new HubConnectionBuilder()
            .WithUrl(
                new Uri(_app.Factory.Server.BaseAddress, "hubs/runs"),
                options =>
                {
                    options.HttpMessageHandlerFactory = _ => _app.Factory.Server.CreateHandler();
                    options.Transports = HttpTransportType.LongPolling;
                    if (cookie is not null)
                        options.Headers["Cookie"] = cookie;
                }
            )
            .AddJsonProtocol(json => json.PayloadSerializerOptions = ProtocolJson.Line)
            .Build();

    private static async Task<long[]> ReadAsync(HubConnection hub, string projectId, string runId, long after)
    {
        var seen = new List<long>();
        await foreach (RunEvent e in hub.StreamAsync<RunEvent>("StreamRun", projectId, runId, after))
            seen.Add(e.Sequence);
        return [.. seen];
    }
}

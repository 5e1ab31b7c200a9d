using System.IO.Pipelines;
using System.Net;
using System.Security.Claims;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Features.Team;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>
/// What a user still gets after the access ended. Nothing here waits for a time: each thing ends by the signal, and the fallback of open
/// pages would take longer than the limit that ends a test that hangs.
/// </summary>
public sealed class RevocationTests : IAsyncDisposable
{
    private readonly TestApp _app = TestApp.Listening();

    public async ValueTask DisposeAsync()
    {
        foreach (Run run in _app.Get<DocumentCollection<Run>>().All())
        {
            _app.Get<RunJournal>().Cancel(run.Id);
            await _app.WaitForEndAsync(run.Id);
        }

        _app.Dispose();
    }

    public static TheoryData<string> EndsOfSignIns => ["disabled", "password changed", "password reset", "signed out everywhere"];

    [Theory]
    [MemberData(nameof(EndsOfSignIns))]
    public async Task R47_SignInThatEnded_IsRefusedByTheNextRequest(string how)
    {
        using HttpClient client = await _app.SignInAsync("Ben");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/session")).StatusCode);

        await EndAsync("Ben", how);

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/session")).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/account")).StatusCode);
    }

    [Theory]
    [MemberData(nameof(EndsOfSignIns))]
    public async Task R47_OpenPage_WhenItsSignInEnds_IsSignedOut(string how)
    {
        ClaimsPrincipal ben = await _app.PrincipalAsync(await _app.CreateUserAsync("Ben"));
        using IServiceScope circuit = _app.Factory.Services.CreateScope();
        var provider = circuit.ServiceProvider.GetRequiredService<AuthenticationStateProvider>();
        ((IHostEnvironmentAuthenticationStateProvider)provider).SetAuthenticationState(Task.FromResult(new AuthenticationState(ben)));
        var changed = new TaskCompletionSource<AuthenticationState>();
        provider.AuthenticationStateChanged += async state => changed.TrySetResult(await state);
        Assert.True((await provider.GetAuthenticationStateAsync()).User.Identity!.IsAuthenticated);

        await EndAsync("Ben", how);

        AuthenticationState state = await changed.Task.WaitAsync(TestApp.HangLimit);
        Assert.False(state.User.Identity?.IsAuthenticated ?? false);
    }

    [Fact]
    public async Task OpenPage_OfASignInThatEndedBeforeItConnected_IsSignedOut()
    {
        ClaimsPrincipal ben = await _app.PrincipalAsync(await _app.CreateUserAsync("Ben"));
        await EndAsync("Ben", "disabled");
        using IServiceScope circuit = _app.Factory.Services.CreateScope();
        var provider = circuit.ServiceProvider.GetRequiredService<AuthenticationStateProvider>();

        ((IHostEnvironmentAuthenticationStateProvider)provider).SetAuthenticationState(Task.FromResult(new AuthenticationState(ben)));

        Assert.False((await provider.GetAuthenticationStateAsync()).User.Identity?.IsAuthenticated ?? false);
    }

    [Theory]
    [MemberData(nameof(EndsOfSignIns))]
    public async Task R47_StreamOfARun_WhenTheSignInEnds_EndsAndTheRunGoesOn(string how)
    {
        (Project project, Run run) = await RunningRunAsync();
        await using HubConnection hub = await ConnectAsync("Ben");
        Task reading = await ReadSomeAsync(hub, project.Id, run.Id);

        await EndAsync("Ben", how);

        await Assert.ThrowsAnyAsync<Exception>(() => reading.WaitAsync(TestApp.HangLimit)).ContinueWith(AssertNoTimeout);
        AssertGoesOn(run);
        await Assert.ThrowsAnyAsync<Exception>(() => ReadSomeAsync(hub, project.Id, run.Id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StreamOfARun_WhenTheReaderLeavesTheProject_SaysWhatItSaysOfAMissingRun(bool isRemoved)
    {
        (Project project, Run run) = await RunningRunAsync();
        await using HubConnection hub = await ConnectAsync("Ben");
        Task reading = await ReadSomeAsync(hub, project.Id, run.Id);
        ClaimsPrincipal olga = await PrincipalOfAsync("Olga");

        if (isRemoved)
            _app.Get<ProjectService>().RemoveMember(olga, project.Id, IdOf("Ben"));
        else
            _app.Get<ProjectService>().SetMember(olga, project.Id, "Ben", ProjectRole.Editor);

        if (isRemoved)
        {
            HubException refusal = await Assert.ThrowsAsync<HubException>(() => reading.WaitAsync(TestApp.HangLimit));
            Assert.Contains(new NotFoundException().Message, refusal.Message, StringComparison.Ordinal);
            // The sign-in holds, so the connection goes on, and a stream of something else would too.
            Assert.Equal(HubConnectionState.Connected, hub.State);
            AssertGoesOn(run);
            return;
        }

        // Another role that may still read: the stream goes on to the end of the run.
        _app.Get<RunService>().Cancel(olga, project.Id, run.Id);
        await reading.WaitAsync(TestApp.HangLimit);
    }

    [Theory]
    [InlineData("removed")]
    [InlineData("disabled")]
    public async Task Upload_WhileItsSenderLosesAccess_IsCutAndLeavesNothing(string how)
    {
        (Project project, Run _) = await RunningRunAsync();
        using HttpClient ben = await _app.SignInAsync("Ben");
        var pipe = new Pipe();
        using var body = new StreamContent(pipe.Reader.AsStream());
        Task<HttpResponseMessage> sending = ben.PostAsync($"/api/v1/projects/{project.Id}/datasets/uploads?name=x", body);
        await pipe.Writer.WriteAsync(new byte[100_000]);
        string uploads = _app.Get<DataFolder>().Uploads;
        await TestApp.WaitForAsync(() => Directory.EnumerateFiles(uploads).Any());

        if (how == "removed")
            _app.Get<ProjectService>().RemoveMember(await PrincipalOfAsync("Olga"), project.Id, IdOf("Ben"));
        else
            await EndAsync("Ben", how);

        await TestApp.WaitForAsync(() => !Directory.EnumerateFiles(uploads).Any());
        // A client notices when it goes on sending.
        await pipe.Writer.CompleteAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => sending.WaitAsync(TestApp.HangLimit));
    }

    private async Task EndAsync(string name, string how)
    {
        ClaimsPrincipal admin = await _app.PrincipalAsync(await _app.CreateUserAsync("Root", isAdmin: true)),
            user = await PrincipalOfAsync(name);
        using IServiceScope scope = _app.Factory.Services.CreateScope();
        var accounts = scope.ServiceProvider.GetRequiredService<AccountService>();
        switch (how)
        {
            case "disabled":
                accounts.SetDisabled(admin, IdOf(name), disabled: true);
                break;
            case "password changed":
                Assert.Empty(await accounts.ChangePasswordAsync(user, TestApp.Password, "another long enough password"));
                break;
            case "password reset":
                accounts.ResetPassword(admin, IdOf(name));
                break;
            case "signed out everywhere":
                accounts.SignOutEverywhere(user);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(how), how, null);
        }
    }

    /// <summary>A run of Olga's that goes on until it is cancelled, in a project where Ben is an editor.</summary>
    private async Task<(Project Project, Run Run)> RunningRunAsync()
    {
        ClaimsPrincipal olga = await _app.PrincipalAsync(await _app.CreateUserAsync("Olga"));
        await _app.CreateUserAsync("Ben");
        (Project project, Dataset dataset) = await _app.CreateProjectWithDataAsync(olga);
        _app.SetRole(project.Id, "Ben", ProjectRole.Editor);
        Run run = await _app.SubmitAsync(olga, project, dataset, "wait-for-cancel");
        await _app.WaitForRunAsync(run.Id, r => r.Epoch == 1);
        return (project, run);
    }

    private void AssertGoesOn(Run run) =>
        Assert.DoesNotContain(RunEventTail.All(_app.Get<DataFolder>().Run(run.Id).Events), e => e is RunFinished);

    private static void AssertNoTimeout(Task<Exception> thrown) => Assert.IsNotType<TimeoutException>(thrown.Result);

    private async Task<HubConnection> ConnectAsync(string name)
    {
        string cookie = await _app.SignInCookieAsync(name);
        HubConnection hub = new HubConnectionBuilder()
            .WithUrl(new Uri(_app.Address, "hubs/runs"), options => options.Headers["Cookie"] = cookie)
            .AddJsonProtocol(json => json.PayloadSerializerOptions = ProtocolJson.Line)
            .Build();
        await hub.StartAsync();
        return hub;
    }

    /// <summary>Reads a stream.</summary>
    /// <returns>Once the first event is there: the task that reads the rest.</returns>
    private static async Task<Task> ReadSomeAsync(HubConnection hub, string projectId, string runId)
    {
        IAsyncEnumerator<RunEvent> events = hub.StreamAsync<RunEvent>("StreamRun", projectId, runId, 0L).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(TestApp.HangLimit));
        return RestAsync();

        async Task RestAsync()
        {
            while (await events.MoveNextAsync()) { }
        }
    }

    private string IdOf(string name) => _app.Get<DocumentCollection<User>>().All().Single(u => u.UserName == name).Id;

    private Task<ClaimsPrincipal> PrincipalOfAsync(string name) =>
        _app.PrincipalAsync(_app.Get<DocumentCollection<User>>().All().Single(u => u.UserName == name));
}

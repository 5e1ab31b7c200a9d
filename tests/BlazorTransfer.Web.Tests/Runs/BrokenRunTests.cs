using System.Security.Claims;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Runs;

/// <summary>Runs whose folders cannot be used, and runs that were accepted but not started when the application ended.</summary>
public sealed class BrokenRunTests : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("blazortransfer-web-").FullName;
    private TestApp _app = null!;
    private ClaimsPrincipal _user = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    public async ValueTask InitializeAsync()
    {
        _app = new TestApp(_data);
        _user = await _app.PrincipalAsync(await _app.CreateUserAsync("Ada"));
        (_project, _dataset) = await _app.CreateProjectWithDataAsync(_user);
    }

    public ValueTask DisposeAsync()
    {
        _app.Dispose();
        TestFolder.Delete(_data);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("running", "deleted")]
    [InlineData("running", "events are a folder")]
    [InlineData("queued", "deleted")]
    [InlineData("queued", "events are a folder")]
    public async Task BrokenFolder_FailsTheRun_FreesItsSlot_AndTheRunCanBeDeleted(string state, string damage)
    {
        Run broken = await SubmitAsync("hang"),
            next;
        if (state == "running")
        {
            await _app.WaitForRunAsync(broken.Id, r => r.Status == RunStatus.Running);
            next = await SubmitAsync("succeed");
            Break(broken.Id, damage);
        }
        else
        {
            Run before = broken;
            await _app.WaitForRunAsync(before.Id, r => r.Status == RunStatus.Running);
            broken = await SubmitAsync("succeed");
            next = await SubmitAsync("succeed");
            Break(broken.Id, damage);
            _app.Get<RunService>().Cancel(_user, _project.Id, before.Id);
        }

        broken = await _app.WaitForEndAsync(broken.Id);
        Assert.Equal(RunStatus.Failed, broken.Status);
        Assert.StartsWith("The run's folder cannot be used", broken.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(_data, broken.Error, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Succeeded, (await _app.WaitForEndAsync(next.Id)).Status);
        _app.Get<RunService>().Delete(_user, _project.Id, broken.Id);
        Assert.Null(_app.Get<DocumentCollection<Run>>().Find(broken.Id));
        Assert.False(Directory.Exists(_app.Get<DataFolder>().Run(broken.Id).Path));
    }

    [Fact]
    public async Task RunWhoseWorkerWasNeverStarted_IsQueuedAgain_AndSucceeds()
    {
        Run blocking = await SubmitAsync("wait-for-cancel");
        await _app.WaitForRunAsync(blocking.Id, r => r.Status == RunStatus.Running);
        Run run = await SubmitAsync("succeed");
        // As the application records it right before it starts the worker.
        run = _app.Get<RunJournal>().Record(run.Id, r => [new AttemptStarted { Attempt = r.Attempts + 1 }])!;
        Assert.Equal(RunStatus.Starting, run.Status);
        _app.Dispose();

        _app = new TestApp(_data);
        _app.Get<RunService>().Cancel(_user, _project.Id, blocking.Id);

        run = await _app.WaitForEndAsync(run.Id);
        Assert.Equal((RunStatus.Succeeded, 2), (run.Status, run.Attempts));
    }

    [Fact]
    public async Task RunThatWasNotStoredWhenTheApplicationEnded_IsInTheQueueAfterTheStart()
    {
        Run run = await _app.WaitForEndAsync((await SubmitAsync("succeed")).Id);
        _app.Get<DocumentCollection<Run>>().Remove(run.Id);
        _app.Dispose();

        _app = new TestApp(_data);
        _ = _app.Factory.Services;

        Assert.Equal(RunStatus.Succeeded, _app.Get<DocumentCollection<Run>>().Find(run.Id)?.Status);
    }

    private void Break(string runId, string damage)
    {
        RunFolder folder = _app.Get<DataFolder>().Run(runId);
        if (damage == "deleted")
        {
            TestFolder.Delete(folder.Path);
            return;
        }

        File.Delete(folder.Events);
        Directory.CreateDirectory(folder.Events);
    }

    private Task<Run> SubmitAsync(string behaviour) => _app.SubmitAsync(_user, _project, _dataset, behaviour);
}

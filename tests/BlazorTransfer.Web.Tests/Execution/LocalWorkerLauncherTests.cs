using System.Diagnostics;
using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Execution;

namespace BlazorTransfer.Web.Tests.Execution;

public sealed class LocalWorkerLauncherTests : IDisposable
{
    private readonly TestApp _app = new();
    private readonly RunFolder _folder;

    public LocalWorkerLauncherTests() => _folder = new RunFolder(Path.Combine(_app.DataFolder, "run"));

    private IWorkerLauncher Launcher => _app.Get<IWorkerLauncher>();

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Start_OfEachAttempt_NotesItInTheRunFolder()
    {
        Save("exit-silently");
        WorkerAttempt first = Launcher.Start(_folder, attempt: 1);
        await TestApp.WaitForAsync(() => Launcher.State(first).HasEnded);

        WorkerAttempt second = Launcher.Start(_folder, attempt: 2);
        await TestApp.WaitForAsync(() => Launcher.State(second).HasEnded);

        Assert.Equal((LocalWorkerLauncher.Name, 1, 2), (first.Launcher, first.Attempt, second.Attempt));
        Assert.Equal(second, JsonSerializer.Deserialize<WorkerAttempt>(await File.ReadAllTextAsync(_folder.Attempt), ProtocolJson.Line));
        Assert.Contains("code 42", Launcher.State(second).Cause, StringComparison.Ordinal);
        Assert.Null(Launcher.Find(_folder));
    }

    [Fact]
    public async Task Find_OfAWorkerAtWork_IsTheSameAttempt_AndStopEndsIt()
    {
        Save("hang");
        WorkerAttempt started = Launcher.Start(_folder, attempt: 3);
        await TestApp.WaitForAsync(() => File.Exists(_folder.WorkerProcess));

        WorkerAttempt? found = Launcher.Find(_folder);

        Assert.Equal((started.Launcher, started.Attempt), (found?.Launcher, found?.Attempt));
        Assert.False(Launcher.State(found!).HasEnded);
        Launcher.Stop(found!);
        await TestApp.WaitForAsync(() => Launcher.State(found!).HasEnded);
        Launcher.Stop(found!);
        Launcher.Release(found!);
        Assert.True(Launcher.State(found!).HasEnded);
    }

    [Fact]
    public void Find_WhereTheProcessIdIsAnotherProcessNow_IsNothing()
    {
        _folder.Create();
        using Process self = Process.GetCurrentProcess();
        var record = new WorkerProcessRecord(self.Id, self.StartTime.ToUniversalTime().AddHours(-1));
        File.WriteAllText(_folder.WorkerProcess, JsonSerializer.Serialize(record, ProtocolJson.Line));

        Assert.Null(Launcher.Find(_folder));

        File.WriteAllText(_folder.WorkerProcess, "{ half a rec");
        Assert.Null(Launcher.Find(_folder));
    }

    private void Save(string behaviour)
    {
        _folder.Create();
        new JobSpec
        {
            RunId = "run",
            Data = new DataSpec("manifest", "images", "data"),
            Backbone = "fake",
            Weights = WeightsSpec.Random,
            Method = "fake-method",
            Parameters = new Dictionary<string, ParameterValue> { ["behaviour"] = behaviour },
        }.Save(_folder.Job);
    }
}

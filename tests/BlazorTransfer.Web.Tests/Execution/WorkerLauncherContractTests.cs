using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Execution;

/// <summary>What the supervisor of runs relies on, for each launcher of the application.</summary>
public sealed class WorkerLauncherContractTests : IDisposable
{
    private readonly TestApp _app = new();
    private readonly RunFolder _folder;

    public WorkerLauncherContractTests() => _folder = new RunFolder(Path.Combine(_app.DataFolder, "run"));

    public static TheoryData<string> Launchers => [.. Types.Select(t => t.Name)];

    private static IEnumerable<Type> Types =>
        typeof(IWorkerLauncher)
            .Assembly.GetTypes()
            .Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IWorkerLauncher)));

    public void Dispose() => _app.Dispose();

    [Theory, MemberData(nameof(Launchers))]
    public async Task Start_OfEachAttempt_NotesItInTheRunFolder(string name)
    {
        IWorkerLauncher launcher = Create(name);
        Save("exit-silently");
        WorkerAttempt first = launcher.Start(_folder, attempt: 1);
        await TestApp.WaitForAsync(() => launcher.State(first).HasEnded);

        WorkerAttempt second = launcher.Start(_folder, attempt: 2);
        await TestApp.WaitForAsync(() => launcher.State(second).HasEnded);

        Assert.Equal((1, 2), (first.Attempt, second.Attempt));
        Assert.NotEqual(first.Handle, second.Handle);
        Assert.Equal(second, JsonSerializer.Deserialize<WorkerAttempt>(await File.ReadAllTextAsync(_folder.Attempt), ProtocolJson.Line));
        Assert.Contains("code 42", launcher.State(second).Cause, StringComparison.Ordinal);
        Assert.Null(launcher.Find(_folder));
    }

    [Theory, MemberData(nameof(Launchers))]
    public async Task Find_OfAWorkerAtWork_IsTheSameAttempt_AndStopEndsIt(string name)
    {
        IWorkerLauncher launcher = Create(name);
        Save("say-nothing");
        WorkerAttempt started = launcher.Start(_folder, attempt: 3);
        await TestApp.WaitForAsync(() => File.Exists(_folder.WorkerProcess));

        WorkerAttempt? found = launcher.Find(_folder);

        Assert.Equal((started.Launcher, started.Attempt), (found?.Launcher, found?.Attempt));
        Assert.False(launcher.State(found!).HasEnded);
        launcher.Stop(found!);
        await TestApp.WaitForAsync(() => launcher.State(found!).HasEnded);
        launcher.Stop(found!);
        launcher.Release(found!);
        Assert.True(launcher.State(found!).HasEnded);
    }

    private IWorkerLauncher Create(string name) =>
        (IWorkerLauncher)ActivatorUtilities.GetServiceOrCreateInstance(_app.Factory.Services, Types.Single(t => t.Name == name));

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

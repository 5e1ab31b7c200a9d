using System.Text.Json;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Execution;

public sealed class LocalWorkerLauncherTests : IDisposable
{
    private readonly TestApp _app = new();

    public void Dispose() => _app.Dispose();

    [Fact]
    public void Find_WhereTheProcessIdIsAnotherProcessNow_IsNothing()
    {
        var folder = new RunFolder(Path.Combine(_app.DataFolder, "run"));
        using var launcher = ActivatorUtilities.CreateInstance<LocalWorkerLauncher>(_app.Factory.Services);
        folder.Create();
        WorkerProcessRecord record = WorkerProcessRecord.OfThisProcess() with { ProcessId = 1 };
        File.WriteAllText(folder.WorkerProcess, JsonSerializer.Serialize(record, ProtocolJson.Line));

        Assert.Null(launcher.Find(folder));

        File.WriteAllText(folder.WorkerProcess, "{ half a rec");
        Assert.Null(launcher.Find(folder));
    }
}

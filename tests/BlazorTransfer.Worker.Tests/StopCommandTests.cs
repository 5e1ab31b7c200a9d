using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Worker.Tests;

/// <summary>Runs that are asked to end: by a signal or a file, cancelled or with the best epoch.</summary>
public sealed class StopCommandTests : IDisposable
{
    private const int SigQuit = 3;
    private const int SigTerm = 15;
    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_AskedToStop_EndsAsCancelledWithALastEvent(bool bySignal)
    {
        Assert.SkipWhen(bySignal && OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        var folder = new RunFolder(Path.Combine(_small.Folder, "run"));
        folder.Create();
        _small.Job("fine-tuning", "squeezenet1_1", null, ("epochs", 1000)).Save(folder.Job);
        using Process worker = WorkerProcess.Start("run", folder.Path);
        WaitFor(() => RunEventTail.All(folder.Events).Any(e => e is EpochCompleted));

        if (bySignal)
            Assert.Equal(0, Kill(worker.Id, SigTerm));
        else
            folder.RequestCancel(DateTimeOffset.UtcNow);
        (int code, _, _) = WorkerProcess.Finish(worker);

        Assert.Equal(WorkerExitCode.Cancelled, (WorkerExitCode)code);
        RunEvent[] events = [.. RunEventTail.All(folder.Events)];
        Assert.Equal(RunOutcome.Cancelled, Assert.IsType<RunFinished>(events[^1]).Outcome);
        Assert.Equal(!bySignal, events.Any(e => e is RunCancelRequested));
        Assert.Empty(Directory.GetFiles(folder.Artifacts));
    }

    [Fact]
    public void Run_AskedToStopEarly_SucceedsWithThePackageOfTheBestEpoch()
    {
        var folder = new RunFolder(Path.Combine(_small.Folder, "run"));
        folder.Create();
        _small.Job("fine-tuning", "squeezenet1_1", null, ("epochs", 1000)).Save(folder.Job);
        using Process worker = WorkerProcess.Start("run", folder.Path);
        WaitFor(() => RunEventTail.All(folder.Events).Any(e => e is EpochCompleted));

        folder.RequestStop(DateTimeOffset.UtcNow, "Ada");
        (int code, _, _) = WorkerProcess.Finish(worker);

        RunEvent[] events = AssertStopped(folder, code);
        Assert.Equal("Ada", Assert.Single(events.OfType<RunStopRequested>()).By);
    }

    [Fact]
    public void Train_WhenCtrlBackslashIsPressed_SucceedsWithThePackageOfTheBestEpoch()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGQUIT.");
        Assert.SkipWhen(IsSigQuitIgnored(), "SIGQUIT is ignored here, as in a script's background job, and in every process started here.");
        var folder = new RunFolder(Path.Combine(_small.Folder, "run"));
        using Process worker = WorkerProcess.Start(
            "train",
            "--data",
            _small.Images,
            "--backbone",
            "squeezenet1_1",
            "--weights",
            "random",
            "--method",
            "fine-tuning",
            "--epochs",
            "1000",
            "--out",
            folder.Path
        );
        WaitFor(() => File.Exists(folder.Events) && RunEventTail.All(folder.Events).Any(e => e is EpochCompleted));

        Assert.Equal(0, Kill(worker.Id, SigQuit));
        (int code, _, _) = WorkerProcess.Finish(worker);

        AssertStopped(folder, code);
    }

    private static bool IsSigQuitIgnored()
    {
        const string Field = "SigIgn:";
        const string Status = "/proc/self/status";
        return File.Exists(Status)
            && File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(Field, StringComparison.Ordinal)) is { } ignored
            && (ulong.Parse(ignored[Field.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << (SigQuit - 1)))
                != 0;
    }

    private static RunEvent[] AssertStopped(RunFolder folder, int code)
    {
        Assert.Equal(WorkerExitCode.Success, (WorkerExitCode)code);
        RunEvent[] events = [.. RunEventTail.All(folder.Events)];
        RunFinished finished = Assert.IsType<RunFinished>(events[^1]);
        Assert.Equal(RunOutcome.Succeeded, finished.Outcome);
        Assert.InRange(finished.StoppedAtEpoch!.Value, finished.BestEpoch!.Value, 999);
        Assert.True(File.Exists(folder.ModelPackage));
        return events;
    }

    private static void WaitFor(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(2), "The worker did not finish an epoch.");
            Thread.Sleep(50);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}

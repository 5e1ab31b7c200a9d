using System.Diagnostics;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Worker.Tests;

/// <summary>The real worker and its run folder, which belongs to one of them at a time.</summary>
public sealed class RunClaimCommandTests : IDisposable
{
    private readonly SmallRun _small = new();
    private readonly RunFolder _folder;

    public RunClaimCommandTests()
    {
        _folder = new RunFolder(Path.Combine(_small.Folder, "run"));
        _folder.Create();
        _small.Job("fine-tuning", "squeezenet1_1", null, ("epochs", 1000)).Save(_folder.Job);
    }

    public void Dispose() => _small.Dispose();

    [Fact]
    public void R19_SecondWorker_IsRefused_AndTheFirstGoesOn()
    {
        using Process first = WorkerProcess.Start("run", _folder.Path, "--attempt", "1");
        WaitFor(() => Events().Any(e => e is EpochCompleted));

        (int code, _, string errors) = WorkerProcess.Run("run", _folder.Path, "--attempt", "2");
        Assert.Equal(WorkerExitCode.RunTaken, (WorkerExitCode)code);
        Assert.Contains("Another worker has the folder", Assert.Single(Lines(errors)), StringComparison.Ordinal);
        (code, _, errors) = WorkerProcess.Run(
            "train",
            "--data",
            _small.Images,
            "--weights",
            "random",
            "--epochs",
            "1",
            "--out",
            _folder.Path,
            "--force"
        );
        Assert.Equal((WorkerExitCode.RunTaken, 1), ((WorkerExitCode)code, Lines(errors).Length));

        _folder.RequestCancel(DateTimeOffset.UtcNow);
        (code, _, _) = WorkerProcess.Finish(first);
        Assert.Equal(WorkerExitCode.Cancelled, (WorkerExitCode)code);
        Assert.Equal(1, Assert.Single(Events().OfType<RunStarted>()).Attempt);
        Assert.Single(Events().OfType<RunFinished>());
    }

    [Fact]
    public void R19_WorkerThatWasPaused_StopsWhenANewerAttemptHasBegun()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signal that pauses a process.");
        using Process old = WorkerProcess.Start("run", _folder.Path, "--attempt", "1");
        WaitFor(() => Events().Any(e => e is EpochCompleted));
        Signal(old.Id, "STOP");
        using (RunEventWriter writer = RunEventWriter.After(_folder.Events))
            writer.Append(new AttemptStarted { Attempt = 2 });
        Dictionary<string, DateTime> before = Files();

        Signal(old.Id, "CONT");
        (int code, _, string errors) = WorkerProcess.Finish(old);

        Assert.Equal(WorkerExitCode.RunTaken, (WorkerExitCode)code);
        Assert.Single(Lines(errors));
        Assert.Equal(before, Files());
        Assert.Equal(2, Assert.IsType<AttemptStarted>(Events()[^1]).Attempt);
    }

    [Fact]
    public void Run_BelowTheMinimumOfFreeSpace_Waits_AndCanBeCancelled()
    {
        using Process worker = WorkerProcess.Start("run", _folder.Path, "--minimum-free-bytes", $"{1L << 60}");
        WaitFor(() => Events().OfType<MessageLogged>().Any(m => m.Text.Contains("nearly full", StringComparison.Ordinal)));
        Heartbeat? beat = Heartbeat.TryRead(_folder.Heartbeat);
        WaitFor(() => Heartbeat.TryRead(_folder.Heartbeat)?.Count > beat?.Count);
        Assert.DoesNotContain(Events(), e => e is EpochCompleted);

        _folder.RequestCancel(DateTimeOffset.UtcNow);

        Assert.Equal(WorkerExitCode.Cancelled, (WorkerExitCode)WorkerProcess.Finish(worker).Code);
    }

    private RunEvent[] Events() => File.Exists(_folder.Events) ? [.. RunEventTail.All(_folder.Events)] : [];

    private Dictionary<string, DateTime> Files() =>
        Directory
            .EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)
            // What it had just begun to write is its own, and it removes that.
            .Where(f => !f.EndsWith(AtomicFile.TemporaryEnding, StringComparison.Ordinal))
            .ToDictionary(f => f, File.GetLastWriteTimeUtc);

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static void Signal(int process, string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{process}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    private static void WaitFor(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(5), "It did not happen.");
            Thread.Sleep(50);
        }
    }
}

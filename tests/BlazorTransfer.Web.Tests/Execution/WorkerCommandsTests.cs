using System.Diagnostics;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Tests.Execution;

/// <summary>Commands end with whoever asked for them, however that ends.</summary>
public sealed class WorkerCommandsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly TestApp _app = new();
    private readonly TaskCompletionSource<int> _processId = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private string JobFile => Path.Combine(_app.DataFolder, "ranking.json");

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Rank_Cancelled_KillsTheProcess()
    {
        using var cancel = new CancellationTokenSource();
        Task<RankingReport> ranking = RankAsync(cancel.Token);
        using Process worker = Process.GetProcessById(await _processId.Task.WaitAsync(Patience));

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ranking.WaitAsync(Patience));
        await worker.WaitForExitAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task Rank_WhileTheApplicationStops_IsKilled()
    {
        Task<RankingReport> ranking = RankAsync(CancellationToken.None);
        using Process worker = Process.GetProcessById(await _processId.Task.WaitAsync(Patience));

        _app.Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ranking.WaitAsync(Patience));
        await worker.WaitForExitAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task Rank_WhoseReaderFails_IsKilledAndToldInWords()
    {
        Task<RankingReport> ranking = _app.Get<WorkerCommands>()
            .RankAsync(HangingJob(), JobFile, e => throw new InvalidDataException("Cannot draw that."), CancellationToken.None);

        Refusals.RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() => ranking.WaitAsync(Patience));

        Assert.Contains("Cannot draw that.", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>The system closes the pipe when the process at its other end is killed.</summary>
    [Fact]
    public async Task Command_WhoseParentIsGone_EndsByItself()
    {
        HangingJob().Save(JobFile);
        var start = new ProcessStartInfo(
            "dotnet",
            [Path.Combine(TestApp.FakeWorkerFolder, "BlazorTransfer.Worker.dll"), "rank", "--job", JobFile, "--json"]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment[ParentWatch.Variable] = "1";
        using Process worker = Process.Start(start)!;
        await worker.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        Assert.False(worker.HasExited);

        worker.StandardInput.Close();

        await worker.WaitForExitAsync().WaitAsync(Patience);
    }

    private Task<RankingReport> RankAsync(CancellationToken cancel) =>
        _app.Get<WorkerCommands>()
            .RankAsync(
                HangingJob(),
                JobFile,
                e =>
                {
                    if (e is RankingProgressed { Candidate: "hang", Done: var processId })
                        _processId.TrySetResult(processId);
                },
                cancel
            );

    private static RankingJob HangingJob() =>
        new() { Data = new DataSpec("manifest", "images", "data"), Candidates = [new RankingCandidate("hang", "fake", "file", "key")] };
}

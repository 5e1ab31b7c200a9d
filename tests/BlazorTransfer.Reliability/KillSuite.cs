using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Imaging;

namespace BlazorTransfer.Reliability;

/// <summary>
/// Ends the application again and again while clients write, starts it again, and checks that everything it has acknowledged is there
/// once, that nothing half-made is, and that the queue of runs goes on in order.
/// </summary>
public sealed class KillSuite
{
    private const string ExecutionsVariable = "BLAZORTRANSFER_EXECUTIONS";
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(30);
    private readonly KillOptions _options;
    private readonly Random _random;
    private readonly Ledger _ledger = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-kills-").FullName;
    private readonly int _port = WebAppProcess.FreePort();
    private readonly List<double> _restarts = [];
    private readonly List<double> _terminations = [];
    private readonly bool _isSlow;
    private int _killedWorkers;
    private int _refused;
    private string? _refusal;

    public KillSuite(KillOptions options)
    {
        (_options, _random) = (options, new Random(options.Seed));
        _isSlow = options.SlowFlush > 0 && File.Exists("/usr/bin/strace");
    }

    /// <summary>How long each start after an end took until the application was ready.</summary>
    public IReadOnlyList<double> RestartSeconds => _restarts;

    /// <summary>How many runs workers have begun.</summary>
    public int RunsBegun { get; private set; }

    private string DataFolder => Path.Combine(_folder, "data");

    private string Executions => Path.Combine(_folder, "executions");

    public async Task<SuiteResult> RunAsync()
    {
        WebAppProcess app = await StartAsync();
        try
        {
            using ApiSession session = await ApiSession.SetUpAsync(app);
            string project = await session.CreateProjectAsync("Runs");
            string dataset = await session.ImportAsync(project, "Training", FourImages());
            var check = new KillCheck(session, _ledger, DataFolder, Executions);
            var load = new KillLoad(session, _ledger, Executions, project, dataset);
            for (int i = 0; i < _options.Queue; i++)
                await load.SubmitAsync("succeed", CancellationToken.None);
            for (int i = 1; i <= _options.Times; i++)
            {
                await EndUnderLoadAsync(app, load, i);
                await app.DisposeAsync();
                app = await RestartAsync(check);
                if (i % 10 == 0 || check.Faults.Count > 0)
                    _options.Log($"{i} ends, {_ledger.Count} acknowledged, {check.Faults.Count} faults");
            }

            app = await FinishAsync(app, session, project, load, check);
            await check.AtTheEndAsync(project);
            RunsBegun = KillLoad.Executed(Executions).Distinct().Count();
            return Result(check, load);
        }
        finally
        {
            await app.DisposeAsync();
            TestFolder.Delete(_folder);
        }
    }

    private Task<WebAppProcess> StartAsync() =>
        WebAppProcess.StartAsync(
            new WebAppStart
            {
                DataFolder = DataFolder,
                Port = _port,
                Settings =
                [
                    ("RequestLimitFactor", "10000"),
                    ("WorkerFolder", WebAppProcess.BuiltFolder("tests/BlazorTransfer.FakeWorker")),
                    ("CancelGrace", "00:00:30"),
                ],
                Environment = [(ExecutionsVariable, Executions)],
                Launcher = _isSlow
                    ?
                    [
                        "strace",
                        // The application stays the process that was started.
                        "-D",
                        "-f",
                        "--seccomp-bpf",
                        "-e",
                        "trace=fsync,fdatasync",
                        "-e",
                        string.Create(CultureInfo.InvariantCulture, $"inject=fsync,fdatasync:delay_exit={_options.SlowFlush * 1000}"),
                        "-o",
                        "/dev/null",
                    ]
                    : [],
            }
        );

    private async Task<WebAppProcess> RestartAsync(KillCheck check)
    {
        DateTime started = DateTime.UtcNow;
        var clock = Stopwatch.StartNew();
        WebAppProcess app = await StartAsync();
        await app.WaitUntilAnswersAsync("/health/ready");
        _restarts.Add(clock.Elapsed.TotalSeconds);
        await check.AfterStartAsync(started);
        return app;
    }

    private async Task EndUnderLoadAsync(WebAppProcess app, KillLoad load, int number)
    {
        using var cancel = new CancellationTokenSource();
        Task writing = load.RunAsync((_options.Seed * 1000) + number, cancel.Token);
        await Task.Delay(_random.Next(50, 2000));
        if (_random.Next(4) == 0)
            KillWorker(app);
        if (_options.TerminateEach > 0 && number % _options.TerminateEach == 0)
            _terminations.Add((await app.TerminateAsync()).TotalSeconds);
        else
            app.Kill();
        await cancel.CancelAsync();
        await writing.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private void KillWorker(WebAppProcess app)
    {
        // The last one that has begun is the one that may be at work.
        if (
            KillLoad.Executed(Executions) is not [.., var last]
            || !_ledger.Runs.TryGetValue(last, out AcknowledgedRun? run)
            || run.LostWorker
        )
            return;
        try
        {
            app.KillWorker(last);
            run.LostWorker = true;
            _killedWorkers++;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>Lets the application finish everything.</summary>
    private async Task<WebAppProcess> FinishAsync(WebAppProcess app, ApiSession session, string project, KillLoad load, KillCheck check)
    {
        foreach (AcknowledgedRun run in _ledger.Runs.Values.Where(r => r.Behaviour == AcknowledgedRun.Waits && r.CancelledAs is null))
            await load.CancelAsync(run, CancellationToken.None);
        // Their answers were lost with the application; one that waits to be cancelled would keep the others waiting.
        foreach (JsonElement run in await session.ListAsync($"/api/v1/projects/{project}/runs"))
        {
            string id = run.GetProperty("id").GetString()!;
            if (!_ledger.Runs.ContainsKey(id))
                await session.PostAsync($"/api/v1/projects/{project}/runs/{id}/cancel", (object?)null);
        }

        var patience = Stopwatch.StartNew();
        while (!await check.AfterStartAsync(DateTime.MinValue))
        {
            if (patience.Elapsed > HangLimit)
                throw new TimeoutException($"Runs or jobs do not end:\n{app.Output}");
            await Task.Delay(1000);
        }

        // Once more, so that nothing is left over by a job that has just ended.
        await app.TerminateAsync();
        await app.DisposeAsync();
        return await RestartAsync(check);
    }

    private SuiteResult Result(KillCheck check, KillLoad load)
    {
        (_refused, _refusal) = (load.Refused, load.Refusal);
        double[] restarts = [.. _restarts.Order()];
        var table = new MarkdownTable();
        table.Add(
            "ends in the middle of writes",
            $"{_options.Times}, {_terminations.Count} of them by signal; {_killedWorkers} workers killed too; seed {_options.Seed}"
        );
        table.Add(
            "flushes",
            _isSlow ? $"delayed by {_options.SlowFlush} ms"
                : _options.SlowFlush > 0 ? "NOT delayed: strace is not installed"
                : "as they are"
        );
        table.Add(
            "acknowledged",
            $"{_ledger.Count}: {_ledger.Projects.Count} projects, {_ledger.Uploads.Count} uploads, {_ledger.Runs.Count} runs, "
                + $"{_ledger.Runs.Values.Count(r => r.CancelledAs is not null)} cancellations"
        );
        table.Check("lost, doubled, half-made or out of order", $"{check.Faults.Count}", check.Faults.Count == 0);
        table.Add("imports given up after 3 interruptions, as they say", $"{check.GivenUp}");
        table.Check("requests refused for another reason than the end", $"{_refused} {_refusal}".Trim(), _refused == 0);
        table.Compare(
            "restart until ready, s",
            $"p50 {restarts[restarts.Length / 2]:0.0}, max {restarts[^1]:0.0} (target 5)",
            restarts[^1] <= 5
        );
        if (_terminations.Count > 0)
            table.Compare("end after the signal, s", $"max {_terminations.Max():0.0}", _terminations.Max() <= 10);
        List<string> faults = [.. check.Faults];
        if (_refused > 0)
            faults.Add($"{_refused} requests were refused; the first: {_refusal}");
        return new SuiteResult($"{table}", faults);
    }

    private static byte[] FourImages() =>
        ApiSession.Zip(new SampleDatasetGenerator(seed: 1, imagesPerClassAndLighting: 1).Draw().Take(4).Select(i => (i.Name, i.Jpeg)));
}

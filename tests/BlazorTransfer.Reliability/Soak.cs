using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Imaging;
using Microsoft.AspNetCore.SignalR.Client;

namespace BlazorTransfer.Reliability;

/// <summary>Uses the application for a long time at half load, and looks whether memory, handles, threads and logs stay flat.</summary>
internal sealed class Soak(TimeSpan length, string csv)
{
    private const string Sampled =
        "minutes,residentMB,liveMB,handles,threads,databaseKB,databaseLogKB,printedKB,uploads,runs,pages,reads,events";
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private readonly CancellationTokenSource _end = new();
    private readonly List<double[]> _samples = [];
    private string _project = "";
    private string _dataset = "";
    private volatile string? _run;
    private int _uploads;
    private int _runs;
    private int _pages;
    private int _reads;
    private int _events;
    private int _failures;
    private string? _firstFailure;

    public async Task<MarkdownTable> RunAsync()
    {
        string socket = Path.Combine(Path.GetTempPath(), $"blazortransfer-probe-{Environment.ProcessId}");
        await using WebAppProcess app = await WebAppProcess.StartAsync(
            new WebAppStart
            {
                Settings = [("RequestLimitFactor", "100"), ("WorkerFolder", WebAppProcess.BuiltFolder("src/BlazorTransfer.Worker"))],
                Environment = MemoryProbe.Environment(socket),
            }
        );
        using ApiSession session = await ApiSession.SetUpAsync(app);
        _project = await session.CreateProjectAsync("Soak");
        _dataset = await session.ImportAsync(
            _project,
            "Training",
            ApiSession.Zip(new SampleDatasetGenerator(seed: 1, imagesPerClassAndLighting: 10).Draw().Select(i => (i.Name, i.Jpeg)))
        );
        Task[] load =
        [
            RepeatAsync(TimeSpan.FromSeconds(20), () => UploadAsync(session)),
            RepeatAsync(TimeSpan.FromSeconds(45), () => TrainAsync(session)),
            RepeatAsync(TimeSpan.FromSeconds(3), () => OpenPageAsync(session)),
            RepeatAsync(TimeSpan.FromSeconds(0.5), () => ReadAsync(session)),
        ];
        await SampleAsync(app, socket);
        await _end.CancelAsync();
        await Task.WhenAll(load);
        return Judge();
    }

    private async Task RepeatAsync(TimeSpan pause, Func<Task> action)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await action();
            }
            catch (Exception e)
            {
                if (Interlocked.Increment(ref _failures) == 1)
                    _firstFailure = e.Message;
            }

            await Task.Delay(pause, _end.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task UploadAsync(ApiSession session)
    {
        int number = Interlocked.Increment(ref _uploads);
        await session.ImportAsync(
            _project,
            $"Upload {number}",
            ApiSession.Zip(new SampleDatasetGenerator(seed: 1 + number, imagesPerClassAndLighting: 2).Draw().Select(i => (i.Name, i.Jpeg)))
        );
    }

    /// <summary>A small training, whose events are read as they come.</summary>
    private async Task TrainAsync(ApiSession session)
    {
        JsonElement run = await session.SubmitRunAsync(
            _project,
            new
            {
                datasetId = _dataset,
                datasetVersion = 1,
                backbone = "resnet20_cifar",
                method = "fine-tuning",
                parameters = new Dictionary<string, object> { ["epochs"] = 5 },
                device = "cpu",
            }
        );
        _run = run.GetProperty("id").GetString();
        await using HubConnection hub = new HubConnectionBuilder()
            .WithUrl($"{session.BaseUrl}/hubs/runs", options => options.Headers["Cookie"] = session.Cookie)
            .Build();
        await hub.StartAsync();
        string kind = "";
        await foreach (JsonElement runEvent in hub.StreamAsync<JsonElement>("StreamRun", _project, _run, 0L))
        {
            Interlocked.Increment(ref _events);
            kind = runEvent.ToString();
        }

        if (!kind.Contains("succeeded", StringComparison.OrdinalIgnoreCase))
            throw new InvalidOperationException($"The run did not succeed: {kind}");
        Interlocked.Increment(ref _runs);
    }

    private async Task OpenPageAsync(ApiSession session)
    {
        if (_run is not { } run)
            return;
        Circuit circuit = await Circuit.OpenAsync(session, $"/projects/{_project}/runs/{run}");
        await circuit.WaitForBatchesAsync(2, TimeSpan.FromMinutes(1));
        await Task.Delay(3000);
        // Some browsers disappear without a word.
        if (Interlocked.Increment(ref _pages) % 10 == 0)
            await circuit.BreakAsync();
        else
            await circuit.DisposeAsync();
    }

    private async Task ReadAsync(ApiSession session)
    {
        await session.ListAsync("/api/v1/projects");
        await session.ListAsync($"/api/v1/projects/{_project}/runs");
        await session.ListAsync($"/api/v1/projects/{_project}/datasets");
        if (_run is { } run)
            await session.ListAsync($"/api/v1/projects/{_project}/runs/{run}/events?after=0&limit=100");
        Interlocked.Increment(ref _reads);
    }

    private async Task SampleAsync(WebAppProcess app, string socket)
    {
        string database = Path.Combine(app.DataFolder, "blazortransfer.db"),
            databaseLog = Path.Combine(app.DataFolder, "blazortransfer-log.db");
        await File.WriteAllTextAsync(csv, Sampled + "\n");
        var clock = Stopwatch.StartNew();
        int count = Math.Max(3, (int)(length / Interval));
        for (int i = 0; i <= count; i++)
        {
            await Task.Delay(TimeSpan.FromTicks(Math.Max(0, (length * i / count - clock.Elapsed).Ticks)));
            ProcessFigures figures = ProcessFigures.Of(app.ProcessId);
            // Collecting everything each time would hide how the process behaves by itself.
            bool collects = i == count || i == count / 3 || i == count * 2 / 3;
            double live = collects ? await MemoryProbe.CollectAsync(socket) / 1e6 : double.NaN;
            double[] sample =
            [
                clock.Elapsed.TotalMinutes,
                figures.ResidentBytes / 1e6,
                live,
                figures.Handles,
                figures.Threads,
                ProcessFigures.BytesOf(database) / 1e3,
                ProcessFigures.BytesOf(databaseLog) / 1e3,
                app.Output.Length / 1e3,
                _uploads,
                _runs,
                _pages,
                _reads,
                _events,
            ];
            _samples.Add(sample);
            await File.AppendAllTextAsync(
                csv,
                string.Join(',', sample.Select(v => double.IsNaN(v) ? "" : v.ToString("0.##", CultureInfo.InvariantCulture))) + "\n"
            );
        }
    }

    private MarkdownTable Judge()
    {
        var table = new MarkdownTable();
        double[] first = _samples[0],
            last = _samples[^1];
        double[][] late = [.. _samples.Skip(_samples.Count / 3)];
        table.Add("length", $"{last[0]:0} min; {last[8]:0} uploads, {last[9]:0} runs, {last[10]:0} pages, {last[11]:0} rounds of reads");
        table.Check("failed actions", _firstFailure is null ? "0" : $"{_failures}, the first: {_firstFailure}", _failures == 0);
        Flat("memory of the web process, MB", column: 1, tolerated: 40);
        double[] live = [.. _samples.Select(s => s[2]).Where(v => !double.IsNaN(v))];
        table.Check(
            "live objects after collections at a third, two thirds and the end, MB",
            string.Join(", ", live.Select(v => $"{v:0.0}")),
            live[^1] - live[0] < 10
        );
        Flat("handles", column: 3, tolerated: 20);
        Flat("threads", column: 4, tolerated: 10);
        table.Check("largest log of the database, KB", $"{_samples.Max(s => s[6]):0}", _samples.Max(s => s[6]) < 16_000);
        table.Add("database, KB", $"{first[5]:0} to {last[5]:0}, for {last[8] - first[8]:0} uploads and {last[9] - first[9]:0} runs");
        table.Add("printed, KB", $"{first[7]:0.0} to {last[7]:0.0}");
        return table;

        void Flat(string what, int column, double tolerated)
        {
            double growth = SlopeOf(late, column) * (late[^1][0] - late[0][0]);
            table.Check(
                what,
                $"{late[0][column]:0} to {last[column]:0}; trend over the last two thirds {growth:+0.0;-0.0;0.0}",
                growth < tolerated
            );
        }
    }

    /// <summary>Growth a minute, by least squares.</summary>
    private static double SlopeOf(double[][] samples, int column)
    {
        double meanTime = samples.Average(s => s[0]),
            mean = samples.Average(s => s[column]);
        double spread = samples.Sum(s => (s[0] - meanTime) * (s[0] - meanTime));
        return spread == 0 ? 0 : samples.Sum(s => (s[0] - meanTime) * (s[column] - mean)) / spread;
    }
}

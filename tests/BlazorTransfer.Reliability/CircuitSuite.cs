using System.Text.Json;
using BlazorTransfer.Imaging;

namespace BlazorTransfer.Reliability;

/// <summary>Opens and closes many pages of a run, and looks how much memory the web process keeps.</summary>
internal sealed class CircuitSuite(int times, int open)
{
    /// <summary>What may remain of each page that was closed, in bytes: far less than a circuit takes.</summary>
    private const long Tolerated = 2_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>A page that was closed in the middle of a call to its script is let go of when that call is given up, after a
    /// minute.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(70);

    /// <summary>Pages without a connection are kept for three minutes.</summary>
    private static readonly TimeSpan LongestBreak = TimeSpan.FromSeconds(200);
    private readonly MarkdownTable _table = new();
    private ApiSession _session = null!;
    private string _project = "";
    private string _dataset = "";

    public async Task<MarkdownTable> RunAsync()
    {
        string socket = Path.Combine(Path.GetTempPath(), $"blazortransfer-probe-{Environment.ProcessId}");
        await using WebAppProcess app = await WebAppProcess.StartAsync(
            new WebAppStart
            {
                Settings = [("RequestLimitFactor", "1000"), ("WorkerFolder", WebAppProcess.BuiltFolder("tests/BlazorTransfer.FakeWorker"))],
                Environment = MemoryProbe.Environment(socket),
            }
        );
        using ApiSession session = await ApiSession.SetUpAsync(app);
        _session = session;
        _project = await session.CreateProjectAsync("Pages");
        _dataset = await session.ImportAsync(
            _project,
            "Data",
            ApiSession.Zip(new SampleDatasetGenerator(seed: 1, imagesPerClassAndLighting: 1).Draw().Select(i => (i.Name, i.Jpeg)))
        );
        string finished = await SubmitAsync("succeed");
        // What is loaded and compiled once is not what a page leaves behind.
        await CycleAsync(finished, 50);
        await CloseAsync(app, socket, finished);
        await KeepOpenAsync(app, socket);
        return _table;
    }

    private async Task<string> SubmitAsync(string behaviour)
    {
        JsonElement run = await _session.SubmitRunAsync(
            _project,
            new
            {
                datasetId = _dataset,
                datasetVersion = 1,
                backbone = "fake",
                method = "fake-method",
                parameters = new Dictionary<string, string> { ["behaviour"] = behaviour },
            }
        );
        return run.GetProperty("id").GetString()!;
    }

    private async Task CloseAsync(WebAppProcess app, string socket, string run)
    {
        long start = await SettleAsync(socket, LongestCall);
        await CycleAsync(run, times / 2);
        long middle = await SettleAsync(socket, LongestCall);
        await CycleAsync(run, times - (times / 2));
        long atOnce = await SettleAsync(socket, TimeSpan.Zero);
        long end = await SettleAsync(socket, LongestCall);
        long resident = ProcessFigures.Of(app.ProcessId).ResidentBytes;
        _table.Check(
            $"live objects before, in the middle of and after {times} pages that were opened and closed, MB",
            $"{start / 1e6:0.0}, {middle / 1e6:0.0}, {end / 1e6:0.0}",
            end - start < times * Tolerated + 1_000_000
        );
        _table.Add("the same at once after the last page", $"{atOnce / 1e6:0.0}: calls to scripts that nobody answers end after a minute");
        _table.Add("memory of the process then, MB", $"{resident / 1e6:0}");
    }

    private static async Task<long> SettleAsync(string socket, TimeSpan pause)
    {
        await Task.Delay(pause);
        return await MemoryProbe.CollectAsync(socket);
    }

    private async Task CycleAsync(string run, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await using Circuit circuit = await Circuit.OpenAsync(_session, $"/projects/{_project}/runs/{run}");
            await circuit.WaitForBatchesAsync(2, Patience);
        }
    }

    /// <summary>Pages that show the charts of a run that is at work; then all of them lose their connection.</summary>
    private async Task KeepOpenAsync(WebAppProcess app, string socket)
    {
        string run = await SubmitAsync("step-until-cancel");
        long before = await MemoryProbe.CollectAsync(socket);
        var circuits = new List<Circuit>();
        for (int i = 0; i < open; i++)
            circuits.Add(await Circuit.OpenAsync(_session, $"/projects/{_project}/runs/{run}"));
        foreach (Circuit circuit in circuits)
            await circuit.WaitForChartsAsync(8, Patience);

        long after = await MemoryProbe.CollectAsync(socket);
        int charts = circuits.Sum(c => c.ChartUpdates);
        _table.Check($"updates of charts that {open} open pages got", $"{charts:N0}", charts >= open * 8);
        _table.Check(
            $"live objects of each of {open} pages with a live chart, MB",
            $"{(after - before) / 1e6 / open:0.00} (limit 2)",
            after - before <= open * 2_000_000L
        );
        foreach (Circuit circuit in circuits)
            await circuit.BreakAsync();
        long broken = await SettleAsync(socket, TimeSpan.FromSeconds(5));
        long later = await SettleAsync(socket, LongestBreak);
        _table.Check(
            $"live objects 5 s and {LongestBreak.TotalSeconds:0} s after all {open} connections broke, MB",
            $"{broken / 1e6:0.0}, {later / 1e6:0.0}; before {before / 1e6:0.0}",
            later - before < open * 50_000L + 1_000_000
        );
        _table.Add("memory of the process then, MB", $"{ProcessFigures.Of(app.ProcessId).ResidentBytes / 1e6:0}");
    }
}

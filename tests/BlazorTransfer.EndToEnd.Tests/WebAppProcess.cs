using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>
/// The web application as the README starts it, a process of its own with a data folder of its own, so that tests can kill it,
/// start it again and look at its workers.
/// </summary>
internal sealed partial class WebAppProcess : IAsyncDisposable
{
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(5);
    private readonly StringBuilder _output = new();
    private readonly string _dataFolder;
    private readonly bool _ownsDataFolder;
    private Process _process = null!;

    private WebAppProcess(string dataFolder, bool ownsDataFolder, int port)
    {
        (_dataFolder, _ownsDataFolder) = (dataFolder, ownsDataFolder);
        BaseUrl = $"http://127.0.0.1:{port}";
    }

    public string BaseUrl { get; }
    public string DataFolder => _dataFolder;
    public string SetupCode =>
        Output is var text && SetupCodePattern().Match(text) is { Success: true } match
            ? match.Groups["code"].Value
            : throw new InvalidOperationException($"No set-up code was printed:\n{text}");

    private string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>Starts the application and returns when it answers.</summary>
    /// <param name="dataFolder">A folder that outlives the process; null for one that is deleted with it.</param>
    /// <param name="settings">Further settings.</param>
    public static async Task<WebAppProcess> StartAsync(string? dataFolder = null, params (string Name, string Value)[] settings)
    {
        var app = new WebAppProcess(
            dataFolder ?? Directory.CreateTempSubdirectory("blazortransfer-e2e-").FullName,
            dataFolder is null,
            FreePort()
        );
        app.Start(settings);
        await app.WaitUntilReadyAsync();
        return app;
    }

    /// <summary>Ends the web process at once, as a power cut would, and leaves its workers alone.</summary>
    public void Kill()
    {
        _process.Kill(entireProcessTree: false);
        // Without a limit it would wait for the end of the output too, which the workers that live on hold open.
        _process.WaitForExit(HangLimit);
    }

    /// <summary>Kills the worker of a run, as the kernel does where memory has run out.</summary>
    public void KillWorker(string runId)
    {
        string record = File.ReadAllText(Path.Combine(DataFolder, "runs", runId, "worker.json"));
        using Process worker = Process.GetProcessById(JsonDocument.Parse(record).RootElement.GetProperty("processId").GetInt32());
        worker.Kill();
    }

    public ValueTask DisposeAsync()
    {
        // Shown where the test failed.
        Xunit.TestContext.Current.TestOutputHelper?.WriteLine(Output);
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(HangLimit);
        }

        _process.Dispose();
        if (_ownsDataFolder)
            Directory.Delete(_dataFolder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private void Start((string Name, string Value)[] settings)
    {
        string project = Path.Combine(RepositoryRoot, "src", "BlazorTransfer.Web");
        // The built assembly, not `dotnet run`: the process that is killed must be the server itself.
        var start = new ProcessStartInfo("dotnet", [Path.Combine(project, "bin", Configuration, "net10.0", "BlazorTransfer.Web.dll")])
        {
            WorkingDirectory = project,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["BLAZORTRANSFER_Urls"] = BaseUrl;
        start.Environment["BLAZORTRANSFER_DataFolder"] = _dataFolder;
        // Tests of other projects run meanwhile: a worker uses one core, as each of them does.
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach ((string name, string value) in settings)
            start.Environment[$"BLAZORTRANSFER_{name}"] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Record(line.Data);
        _process.ErrorDataReceived += (_, line) => Record(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Record(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }

    private async Task WaitUntilReadyAsync()
    {
        using var client = new HttpClient { BaseAddress = new Uri(BaseUrl) };
        var patience = Stopwatch.StartNew();
        while (true)
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"The web application ended with {_process.ExitCode}:\n{Output}");
            try
            {
                if ((await client.GetAsync("/health/live")).IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (patience.Elapsed < HangLimit) { }

            if (patience.Elapsed > HangLimit)
                throw new TimeoutException($"The web application does not answer:\n{Output}");
            await Task.Delay(100);
        }
    }

    public static string Configuration =>
#if DEBUG
        "Debug";
#else
        "Release";
#endif

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string FindRepositoryRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "BlazorTransfer.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No BlazorTransfer.sln above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex(@"[Ss]et-up code:?\s+(?<code>[A-Z0-9-]{6,})")]
    private static partial Regex SetupCodePattern();
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BlazorTransfer.Tests;

/// <summary>How the web application is started.</summary>
internal sealed record WebAppStart
{
    /// <summary>A folder that outlives the process; null for one that is deleted with it.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The port to listen on; 0 for a free one.</summary>
    public int Port { get; init; }

    /// <summary>Settings of the application.</summary>
    public IReadOnlyList<(string Name, string Value)> Settings { get; init; } = [];

    /// <summary>Environment variables of the process.</summary>
    public IReadOnlyList<(string Name, string Value)> Environment { get; init; } = [];

    /// <summary>A program with its arguments that starts the application in its own place, such as a tracer; empty for none.</summary>
    public IReadOnlyList<string> Launcher { get; init; } = [];
}

/// <summary>
/// The web application as the README starts it, a process of its own with a data folder of its own, so that tests can kill it,
/// start it again and look at its workers.
/// </summary>
internal sealed partial class WebAppProcess : IAsyncDisposable
{
    private const int TerminateSignal = 15;
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(5);
    private readonly StringBuilder _output = new();
    private readonly string _dataFolder;
    private readonly bool _ownsDataFolder;
    private Process _process = null!;

    private WebAppProcess(WebAppStart start)
    {
        _ownsDataFolder = start.DataFolder is null;
        _dataFolder = start.DataFolder ?? Directory.CreateTempSubdirectory("blazortransfer-e2e-").FullName;
        BaseUrl = $"http://127.0.0.1:{(start.Port == 0 ? FreePort() : start.Port)}";
    }

    /// <summary>Shows what the application printed, where a test failed; set by the framework that runs the tests.</summary>
    public static Action<string>? Show { get; set; }

    public string BaseUrl { get; }
    public string DataFolder => _dataFolder;
    public int ProcessId => _process.Id;
    public bool HasExited => _process.HasExited;
    public string SetupCode =>
        Output is var text && SetupCodePattern().Match(text) is { Success: true } match
            ? match.Groups["code"].Value
            : throw new InvalidOperationException($"No set-up code was printed:\n{text}");

    /// <summary>Everything that the application has printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    public static string Configuration =>
#if DEBUG
        "Debug";
#else
        "Release";
#endif

    /// <summary>Starts the application and returns when it answers.</summary>
    /// <param name="dataFolder">A folder that outlives the process; null for one that is deleted with it.</param>
    /// <param name="settings">Further settings.</param>
    public static Task<WebAppProcess> StartAsync(string? dataFolder = null, params (string Name, string Value)[] settings) =>
        StartAsync(new WebAppStart { DataFolder = dataFolder, Settings = settings });

    /// <summary>Starts the application and returns when it answers.</summary>
    public static async Task<WebAppProcess> StartAsync(WebAppStart start)
    {
        var app = new WebAppProcess(start);
        app.Start(start);
        await app.WaitUntilAnswersAsync("/health/live");
        return app;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The folder of a program that the build made, by its project.</summary>
    public static string BuiltFolder(string project) => Path.Combine(RepositoryRoot, project, "bin", Configuration, "net10.0");

    /// <summary>Ends the web process at once, as a power cut would, and leaves its workers alone.</summary>
    public void Kill()
    {
        _process.Kill(entireProcessTree: false);
        // Without a limit it would wait for the end of the output too, which the workers that live on hold open.
        _process.WaitForExit(HangLimit);
    }

    /// <summary>Asks the web process to end, as a service manager does.</summary>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> TerminateAsync()
    {
        var clock = Stopwatch.StartNew();
        if (Signal(_process.Id, TerminateSignal) != 0)
            throw new InvalidOperationException("The web application could not be asked to end.");
        using var patience = new CancellationTokenSource(HangLimit);
        // Not for the end of its output, which workers that live on hold open.
        while (!_process.HasExited)
            await Task.Delay(20, patience.Token);
        return clock.Elapsed;
    }

    /// <summary>Kills the worker of a run, as the kernel does where memory has run out.</summary>
    public void KillWorker(string runId)
    {
        string record = File.ReadAllText(Path.Combine(DataFolder, "runs", runId, "worker.json"));
        using Process worker = Process.GetProcessById(JsonDocument.Parse(record).RootElement.GetProperty("processId").GetInt32());
        worker.Kill();
    }

    /// <summary>Returns when a page that needs no sign-in answers with success.</summary>
    public async Task WaitUntilAnswersAsync(string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri(BaseUrl) };
        var patience = Stopwatch.StartNew();
        while (true)
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"The web application ended with {_process.ExitCode}:\n{Output}");
            try
            {
                using HttpResponseMessage answer = await client.GetAsync(path);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (patience.Elapsed < HangLimit) { }

            if (patience.Elapsed > HangLimit)
                throw new TimeoutException($"The web application does not answer:\n{Output}");
            await Task.Delay(50);
        }
    }

    public ValueTask DisposeAsync()
    {
        Show?.Invoke(Output);
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(HangLimit);
        }

        _process.Dispose();
        if (_ownsDataFolder)
            TestFolder.Delete(_dataFolder);
        return ValueTask.CompletedTask;
    }

    private void Start(WebAppStart options)
    {
        // The built assembly, not `dotnet run`: the process that is killed must be the server itself.
        string[] command = [.. options.Launcher, "dotnet", Path.Combine(BuiltFolder("src/BlazorTransfer.Web"), "BlazorTransfer.Web.dll")];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Path.Combine(RepositoryRoot, "src", "BlazorTransfer.Web"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["BLAZORTRANSFER_Urls"] = BaseUrl;
        start.Environment["BLAZORTRANSFER_DataFolder"] = _dataFolder;
        // Tests of other projects run meanwhile: a worker uses one core, as each of them does.
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach ((string name, string value) in options.Settings)
            start.Environment[$"BLAZORTRANSFER_{name}"] = value;
        foreach ((string name, string value) in options.Environment)
            start.Environment[name] = value;
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

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int processId, int signal);

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

using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using BlazorTransfer.Imaging;

namespace BlazorTransfer.Benchmarks;

/// <summary>The web application as a process of its own, with one account and one run that writes steps until somebody cancels
/// it.</summary>
internal sealed partial class WatchedApp : IDisposable
{
    private const string Password = "a long enough password";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly string _data = Directory.CreateTempSubdirectory("blazortransfer-events-").FullName;
    private readonly Process _process;
    private readonly HttpClient _client;
    private readonly CookieContainer _cookies = new();

    private WatchedApp(int port)
    {
        Address = new Uri($"http://127.0.0.1:{port}/");
        _client = new HttpClient(new SocketsHttpHandler { CookieContainer = _cookies, AllowAutoRedirect = false })
        {
            BaseAddress = Address,
        };
        var start = new ProcessStartInfo("dotnet", [Built("src/BlazorTransfer.Web", "BlazorTransfer.Web.dll")])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.Combine(Root, "src", "BlazorTransfer.Web"),
        };
        start.Environment["BLAZORTRANSFER_Urls"] = Address.ToString();
        start.Environment["BLAZORTRANSFER_DataFolder"] = _data;
        start.Environment["BLAZORTRANSFER_WorkerFolder"] = Path.GetDirectoryName(
            Built("tests/BlazorTransfer.FakeWorker", "BlazorTransfer.Worker.dll")
        );
        _process = Process.Start(start)!;
    }

    public Uri Address { get; }
    public string ProjectId { get; private set; } = "";
    public string RunId { get; private set; } = "";
    public string Cookie => _cookies.GetCookieHeader(Address);
    public TimeSpan ProcessorTime => Refreshed().TotalProcessorTime;
    public double Megabytes => Refreshed().WorkingSet64 / 1e6;

    private static string Root { get; } = FindRoot();

    public static async Task<WatchedApp> StartAsync(CancellationToken cancel)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var app = new WatchedApp(port);
        try
        {
            await app.SetUpAsync(cancel);
            return app;
        }
        catch
        {
            app.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private async Task SetUpAsync(CancellationToken cancel)
    {
        string code = await SetupCodeAsync(cancel);
        string page = await _client.GetStringAsync("setup", cancel);
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string>
            {
                ["Input.Code"] = code,
                ["Input.UserName"] = "Ada",
                ["Input.Password"] = Password,
                ["_handler"] = "setup",
                ["__RequestVerificationToken"] = FormToken().Match(page).Groups[1].Value,
            }
        );
        using HttpResponseMessage account = await _client.PostAsync("setup", form, cancel);
        if (account.StatusCode != HttpStatusCode.Redirect)
            throw new InvalidOperationException($"The account could not be created: {account.StatusCode}.");
        ProjectId = (await PostAsync("api/v1/projects", new { name = "Events" }, cancel)).GetProperty("id").GetString()!;
        string dataset = await ImportAsync(cancel);
        var request = new
        {
            datasetId = dataset,
            datasetVersion = 1,
            backbone = "fake",
            method = "fake-method",
            parameters = new { behaviour = "step-until-cancel" },
        };
        RunId = (await PostAsync($"api/v1/projects/{ProjectId}/runs", request, cancel)).GetProperty("id").GetString()!;
    }

    /// <summary>Reads what the application prints, up to the code and beyond it, so that it is never held up.</summary>
    private async Task<string> SetupCodeAsync(CancellationToken cancel)
    {
        var found = new TaskCompletionSource<string>();
        bool isUp = false;
        string? code = null;
        _process.OutputDataReceived += (_, line) =>
        {
            code ??= SetupCode().Match(line.Data ?? "") is { Success: true } match ? match.Groups[1].Value : null;
            isUp |= line.Data?.StartsWith("BlazorTransfer is at", StringComparison.Ordinal) == true;
            if (isUp && code is not null)
                found.TrySetResult(code);
        };
        _process.BeginOutputReadLine();
        return await found.Task.WaitAsync(Patience, cancel);
    }

    private async Task<string> ImportAsync(CancellationToken cancel)
    {
        using var content = new MemoryStream();
        using (var zip = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (
                (string name, byte shade) in new (string, byte)[] { ("a/1.jpg", 10), ("a/2.jpg", 60), ("b/1.jpg", 120), ("b/2.jpg", 200) }
            )
            {
                var image = new RgbImage(16, 16);
                Array.Fill(image.Pixels, shade);
                using Stream entry = zip.CreateEntry(name).Open();
                JpegEncoder.Encode(image, entry, 90);
            }
        }

        using var body = new ByteArrayContent(content.ToArray());
        string datasets = $"api/v1/projects/{ProjectId}/datasets";
        using HttpResponseMessage accepted = await _client.PostAsync($"{datasets}/uploads?name=Data", body, cancel);
        accepted.EnsureSuccessStatusCode();
        string id = (await accepted.Content.ReadFromJsonAsync<JsonElement>(cancel)).GetProperty("datasetId").GetString()!;
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience; await Task.Delay(100, cancel))
        {
            using HttpResponseMessage dataset = await _client.GetAsync($"{datasets}/{id}", cancel);
            if (dataset.IsSuccessStatusCode)
                return id;
        }

        throw new TimeoutException("The images were not imported.");
    }

    private async Task<JsonElement> PostAsync(string path, object content, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await _client.PostAsJsonAsync(path, content, cancel);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{path}: {answer.StatusCode}, {await answer.Content.ReadAsStringAsync(cancel)}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>(cancel);
    }

    private Process Refreshed()
    {
        _process.Refresh();
        return _process;
    }

    private static string Built(string project, string file)
    {
        string configuration = AppContext.BaseDirectory.Contains("Release", StringComparison.Ordinal) ? "Release" : "Debug";
        return Path.Combine(Root, project, "bin", configuration, "net10.0", file);
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "BlazorTransfer.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No BlazorTransfer.sln above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex FormToken();

    [GeneratedRegex(@"Set-up code:\s+([A-Z0-9-]+)")]
    private static partial Regex SetupCode();
}

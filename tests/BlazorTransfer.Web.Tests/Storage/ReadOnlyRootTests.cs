using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BlazorTransfer.Web.Tests.Storage;

/// <summary>The container: without root, with one volume, and with nothing written outside of it.</summary>
public sealed class ReadOnlyRootTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("blazortransfer-web-").FullName;

    public void Dispose() => TestFolder.Delete(_root);

    [Fact]
    public void R62_Dockerfile_EndsWithoutRoot_WithOneVolume_AndAsksWhetherTheApplicationIsReady()
    {
        string[] lines = File.ReadAllLines(Path.Combine(SharedFiles.RepositoryRoot, "Dockerfile"));
        string[] image = [.. lines.Skip(Array.FindLastIndex(lines, l => l.StartsWith("FROM ", StringComparison.Ordinal)))];

        Assert.Equal("USER $APP_UID", Assert.Single(image, l => l.StartsWith("USER", StringComparison.Ordinal)));
        // Nothing is done as root after that, and nothing runs before the user is set.
        Assert.True(Array.IndexOf(image, "USER $APP_UID") > Array.FindLastIndex(image, l => l.StartsWith("RUN", StringComparison.Ordinal)));
        Assert.Equal("VOLUME /data", Assert.Single(image, l => l.StartsWith("VOLUME", StringComparison.Ordinal)));
        Assert.Contains("GET /health/ready", Assert.Single(image, l => l.StartsWith("HEALTHCHECK", StringComparison.Ordinal)));
        Assert.Contains(image, l => l.Contains("BLAZORTRANSFER_DataFolder=/data", StringComparison.Ordinal));
        // The runtime would not start where it cannot create its pipes for debuggers.
        Assert.Contains(image, l => l.Contains("DOTNET_EnableDiagnostics=0", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.StartsWith("ADD", StringComparison.Ordinal));
        string[] ignored = File.ReadAllLines(Path.Combine(SharedFiles.RepositoryRoot, ".dockerignore"));
        Assert.Contains(".git/", ignored);
    }

    [Fact]
    public void R62_WhatAContainerRuns_UsesNoTemporaryFolder()
    {
        // The worker's own commands for people do; its 'run' and what the application asks of it are in these projects.
        string[] uses =
        [
            .. new[] { "Core", "Imaging", "Training", "Web" }
                .Select(project => Path.Combine(SharedFiles.RepositoryRoot, "src", $"BlazorTransfer.{project}"))
                .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
                .Where(file => Regex.IsMatch(File.ReadAllText(file), @"\b(GetTempPath|GetTempFileName|CreateTempSubdirectory)\b"))
                .Select(file => Path.GetFileName(file)),
        ];

        Assert.Empty(uses);
    }

    [Fact]
    public async Task R62_SetUpImportAndWorker_WriteToTheDataFolderAlone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The container is Linux.");
        string data = NewFolder("data"),
            home = NewFolder("home"),
            temporary = NewFolder("tmp");
        string content = Path.GetDirectoryName(WebCommand.Program)!;
        IReadOnlyList<string> before = Snapshot(content);
        using Process process = Start(data, home, temporary);
        try
        {
            await UseAsync(process);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        Assert.Equal(before, Snapshot(content));
        Assert.Empty(Directory.EnumerateFileSystemEntries(home, "*", SearchOption.AllDirectories));
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary, "*", SearchOption.AllDirectories));
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(data, "images"), "*", SearchOption.AllDirectories));
    }

    /// <summary>Creates the first account, imports images, and has the worker look at a file of weights.</summary>
    private static async Task UseAsync(Process process)
    {
        using var patience = new CancellationTokenSource(TestApp.HangLimit);
        (Uri address, string code) = await ReadStartAsync(process, patience.Token);
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address };
        using (
            HttpResponseMessage setUp = await TestApp.PostFormAsync(
                client,
                "/setup",
                "setup",
                ("Code", code),
                ("UserName", "Ada"),
                ("Password", TestApp.Password)
            )
        )
            Assert.Equal(HttpStatusCode.Redirect, setUp.StatusCode);
        string project = await TestApp.CreateProjectAsync(client);
        string zip = TestZip.Write(Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.zip"), TestZip.TwoClasses());
        try
        {
            using var body = new ByteArrayContent(await File.ReadAllBytesAsync(zip, patience.Token));
            using HttpResponseMessage accepted = await client.PostAsync($"/api/v1/projects/{project}/datasets/uploads?name=Data", body);
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        }
        finally
        {
            File.Delete(zip);
        }

        JsonElement[]? datasets = [];
        while (datasets is not { Length: 1 })
        {
            await Task.Delay(100, patience.Token);
            datasets = await client.GetFromJsonAsync<JsonElement[]>($"/api/v1/projects/{project}/datasets", patience.Token);
        }

        using var noWeights = new ByteArrayContent([1, 2, 3]);
        noWeights.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using HttpResponseMessage refused = await client.PostAsync("/api/v1/weights/uploads?name=x", noWeights, patience.Token);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    private static async Task<(Uri Address, string Code)> ReadStartAsync(Process process, CancellationToken cancel)
    {
        Uri? address = null;
        while (await process.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            if (Regex.Match(line, "is at (http://[^ ]+)") is { Success: true } at)
                address = new Uri(at.Groups[1].Value);
            if (Regex.Match(line, "Set-up code: ([^ ]+)") is not { Success: true } code || address is null)
                continue;
            // A full pipe would hold the program up.
            _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
            return (address, code.Groups[1].Value);
        }

        throw new InvalidOperationException($"It ended: {await process.StandardError.ReadToEndAsync(cancel)}");
    }

    private static Process Start(string data, string home, string temporary)
    {
        var start = new ProcessStartInfo("dotnet", [WebCommand.Program])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(WebCommand.Program)!,
        };
        foreach (
            (string name, string value) in new[]
            {
                ("BLAZORTRANSFER_DataFolder", data),
                ("BLAZORTRANSFER_Urls", "http://127.0.0.1:0"),
                ("DOTNET_EnableDiagnostics", "0"),
                ("HOME", home),
                ("XDG_DATA_HOME", ""),
                ("XDG_CONFIG_HOME", ""),
                ("XDG_CACHE_HOME", ""),
                ("TMPDIR", temporary),
            }
        )
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(_root, name)).FullName;

    private static IReadOnlyList<string> Snapshot(string folder) =>
        [
            .. new DirectoryInfo(folder)
                .EnumerateFiles("*", SearchOption.AllDirectories)
                .Select(f => $"{f.FullName} {f.Length} {f.LastWriteTimeUtc:O}")
                .Order(StringComparer.Ordinal),
        ];
}

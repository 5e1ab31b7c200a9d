using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BlazorTransfer.Web.Tests.Models;

/// <summary>Downloads from a real server on this machine that misbehaves as servers and lines do.</summary>
public sealed class WeightsDownloadTests : IAsyncLifetime
{
    private readonly byte[] _file = Encoding.ASCII.GetBytes("weights " + new string('x', 400_000));
    private readonly List<string?> _ranges = [];
    private WebApplication _server = null!;
    private Func<HttpContext, Task> _behaviour = _ => Task.CompletedTask;
    private string _folder = "";

    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("blazortransfer-mirror-").FullName;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Run(async context =>
        {
            lock (_ranges)
                _ranges.Add(context.Request.Headers.Range);
            await _behaviour(context);
        });
        await _server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Download_CutTwice_GoesOnWhereItWasAndBecomesWeights()
    {
        int requests = 0;
        _behaviour = context => SendAsync(context, cutAfter: ++requests <= 2 ? 100_000 : null);
        using TestApp app = NewApp();
        ClaimsPrincipal user = await UserAsync(app);

        app.Get<WeightsDownloads>().Start(user, "fake");
        await TestApp.WaitForAsync(() => app.Get<WeightsDownloads>().States(user).Count == 0);

        BackboneWeights weights = Assert.Single(app.Get<WeightsLibrary>().List(user));
        Assert.Equal(Hash(_file), weights.Sha256);
        Assert.Equal(3, _ranges.Count);
        Assert.Null(_ranges[0]);
        Assert.StartsWith("bytes=", _ranges[2], StringComparison.Ordinal);
        Assert.NotEqual("bytes=0-", _ranges[2]);
    }

    [Fact]
    public async Task Download_FromAServerWithoutRanges_StartsAgainAndStillArrives()
    {
        int requests = 0;
        _behaviour = context => SendAsync(context, cutAfter: ++requests == 1 ? 100_000 : null, ranges: false);
        using TestApp app = NewApp();
        ClaimsPrincipal user = await UserAsync(app);

        app.Get<WeightsDownloads>().Start(user, "fake");
        await TestApp.WaitForAsync(() => app.Get<WeightsDownloads>().States(user).Count == 0);

        Assert.Equal(Hash(_file), Assert.Single(app.Get<WeightsLibrary>().List(user)).Sha256);
    }

    [Fact]
    public async Task Download_OfAnotherFile_IsDeletedAndSaidToBeAnother()
    {
        _behaviour = context => context.Response.WriteAsync("weights of somebody else");
        using TestApp app = NewApp();
        ClaimsPrincipal user = await UserAsync(app);

        app.Get<WeightsDownloads>().Start(user, "fake");
        await TestApp.WaitForAsync(() => app.Get<WeightsDownloads>().States(user)["fake"].Error is not null);

        Assert.Contains("is not the official one", app.Get<WeightsDownloads>().States(user)["fake"].Error, StringComparison.Ordinal);
        Assert.Empty(app.Get<WeightsLibrary>().List(user));
        Assert.Empty(Directory.GetFiles(Path.Combine(app.DataFolder, "weights")));
        app.Get<WeightsDownloads>().Cancel(user, "fake");
        Assert.Empty(app.Get<WeightsDownloads>().States(user));
    }

    [Fact]
    public async Task Download_WhoseBodyFallsSilent_IsAskedForAgain()
    {
        int requests = 0;
        _behaviour = context =>
            ++requests > 1
                ? SendAsync(context, cutAfter: null)
                : SendBeginningAsync(context, 50_000, Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted));
        using TestApp app = NewApp(("DownloadSilence", "00:00:00.5"));
        ClaimsPrincipal user = await UserAsync(app);

        app.Get<WeightsDownloads>().Start(user, "fake");
        await TestApp.WaitForAsync(() => app.Get<WeightsDownloads>().States(user).Count == 0);

        Assert.Single(app.Get<WeightsLibrary>().List(user));
    }

    [Fact]
    public async Task Download_WithoutAWayOut_SaysWhatToDoInstead()
    {
        using TestApp app = NewApp();
        ClaimsPrincipal user = await UserAsync(app);
        await _server.StopAsync();

        app.Get<WeightsDownloads>().Start(user, "fake");
        await TestApp.WaitForAsync(() => app.Get<WeightsDownloads>().States(user)["fake"].Error is not null);

        string error = app.Get<WeightsDownloads>().States(user)["fake"].Error!;
        Assert.Contains("cannot be reached", error, StringComparison.Ordinal);
        Assert.Contains("import the file", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Download_OfAMissingFile_IsNotTriedAgain()
    {
        _behaviour = context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        };
        using TestApp app = NewApp();
        ClaimsPrincipal user = await UserAsync(app);

        app.Get<WeightsDownloads>().Start(user, "fake");
        await TestApp.WaitForAsync(() => app.Get<WeightsDownloads>().States(user)["fake"].Error is not null);

        Assert.Contains("404", app.Get<WeightsDownloads>().States(user)["fake"].Error, StringComparison.Ordinal);
        Assert.Single(_ranges);
    }

    [Fact]
    public async Task Download_StoppedByTheUser_KeepsWhatCameForTheNextTime()
    {
        var silent = new TaskCompletionSource();
        int requests = 0;
        _behaviour = context => ++requests > 1 ? SendAsync(context, cutAfter: null) : SendBeginningAsync(context, 80_000, silent.Task);
        using TestApp app = NewApp();
        ClaimsPrincipal user = await UserAsync(app);
        WeightsDownloads downloads = app.Get<WeightsDownloads>();

        downloads.Start(user, "fake");
        await TestApp.WaitForAsync(() => downloads.States(user)["fake"].Received >= 80_000);
        Assert.Throws<RefusedException>(() => downloads.Start(user, "fake"));
        downloads.Cancel(user, "fake");
        await TestApp.WaitForAsync(() => downloads.States(user).Count == 0);
        silent.SetResult();
        downloads.Start(user, "fake");
        await TestApp.WaitForAsync(() => downloads.States(user).Count == 0);

        Assert.Equal("bytes=80000-", _ranges[^1]);
        Assert.Single(app.Get<WeightsLibrary>().List(user));
    }

    [Fact]
    public async Task Download_InterruptedByAKill_GoesOnAfterTheRestart_AndOnlyItsOwnerStopsIt()
    {
        var silent = new TaskCompletionSource();
        int requests = 0;
        _behaviour = context => ++requests > 1 ? SendAsync(context, cutAfter: null) : SendBeginningAsync(context, 80_000, silent.Task);
        string copy;
        using (TestApp app = NewApp())
        {
            ClaimsPrincipal user = await UserAsync(app),
                other = await app.PrincipalAsync(await app.CreateUserAsync("Ben"));
            app.Get<WeightsDownloads>().Start(user, "fake");
            await TestApp.WaitForAsync(() => app.Get<WeightsDownloads>().States(other)["fake"].Received >= 80_000);
            Assert.Throws<ForbiddenException>(() => app.Get<WeightsDownloads>().Cancel(other, "fake"));
            copy = app.CopyAsIfKilled();
            silent.SetResult();
        }

        using (TestApp app = NewApp(copy))
        {
            ClaimsPrincipal user = await app.PrincipalAsync(app.Get<DocumentCollection<User>>().All().Single(u => u.UserName == "Ada"));
            await TestApp.WaitForAsync(() => app.Get<WeightsDownloads>().States(user).Count == 0);
            Assert.Equal(Hash(_file), Assert.Single(app.Get<WeightsLibrary>().List(user)).Sha256);
        }

        TestFolder.Delete(copy);
    }

    [Fact]
    public void Catalogue_IsOfficialAndComplete()
    {
        using var app = new TestApp();
        IReadOnlyList<OfficialWeights> all = app.Get<OfficialWeightsCatalogue>().All;

        Assert.Equal(52, all.Count);
        Assert.Equal(all.Count, all.Select(w => w.Backbone).Distinct().Count());
        Assert.All(all, w => Assert.Equal($"-{w.Sha256Prefix}.pth", w.Url[^(w.Sha256Prefix.Length + 5)..]));
        Assert.All(all, w => Assert.StartsWith("https://download.pytorch.org/models/", w.Url, StringComparison.Ordinal));
    }

    private TestApp NewApp(params (string, string)[] settings) => NewApp(null, settings);

    private TestApp NewApp(string? dataFolder, params (string, string)[] settings)
    {
        string catalogue = Path.Combine(_folder, "catalogue.json");
        string address = _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        File.WriteAllText(
            catalogue,
            JsonSerializer.Serialize(
                new[] { new OfficialWeights("fake", "Fake weights", $"{address}/fake.pth", Hash(_file)[..8], "none", "here") },
                Core.Protocol.ProtocolJson.Line
            )
        );
        return new TestApp(dataFolder, [("OfficialWeightsFile", catalogue), ("DownloadRetryDelay", "00:00:00.05"), .. settings]);
    }

    private static async Task<ClaimsPrincipal> UserAsync(TestApp app) => await app.PrincipalAsync(await app.CreateUserAsync("Ada"));

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Promises the file, sends its first bytes, and falls silent.</summary>
    private async Task SendBeginningAsync(HttpContext context, int bytes, Task silence)
    {
        context.Response.ContentLength = _file.Length;
        await context.Response.Body.WriteAsync(_file.AsMemory(0, bytes));
        await context.Response.Body.FlushAsync();
        await silence;
    }

    /// <summary>Sends the file from the asked place on; a cut breaks the connection in the middle.</summary>
    private async Task SendAsync(HttpContext context, int? cutAfter, bool ranges = true)
    {
        int from = 0;
        if (ranges && context.Request.GetTypedHeaders().Range?.Ranges.Single().From is { } asked)
        {
            from = (int)asked;
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = $"bytes {from}-{_file.Length - 1}/{_file.Length}";
        }

        context.Response.ContentLength = _file.Length - from;
        await context.Response.Body.WriteAsync(_file.AsMemory(from, Math.Min(cutAfter ?? int.MaxValue, _file.Length - from)));
        await context.Response.Body.FlushAsync();
        if (cutAfter is not null)
        {
            // What was sent must arrive before the line is cut.
            await Task.Delay(200);
            context.Abort();
        }
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using System.Text.RegularExpressions;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests;

/// <summary>The whole application in this process, on a data folder of its own, with a worker that behaves as it is told.</summary>
internal sealed class TestApp : IDisposable
{
    /// <summary>Ends a test that hangs. How fast a thing happens depends on the machine and proves nothing.</summary>
    public static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(3);

    public const string Password = "a long enough password";

    /// <summary>The sign-in form, also for who is signed in already: whom <c>/login</c> leads home.</summary>
    public const string SignInForm = "/login?invited=true";
    public const string Nobody = "0123456789abcdef0123";
    private readonly bool _ownsFolder;
    private bool _isListening;
    private readonly WebApplicationFactory<Program> _factory;

    /// <param name="dataFolder">A folder that outlives this object; null for one that is deleted with it.</param>
    /// <param name="settings">Further settings.</param>
    public TestApp(string? dataFolder = null, params (string Name, string Value)[] settings)
    {
        _ownsFolder = dataFolder is null;
        DataFolder = dataFolder ?? Directory.CreateTempSubdirectory("blazortransfer-web-").FullName;
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("DataFolder", DataFolder);
            host.UseSetting("WorkerFolder", FakeWorkerFolder);
            host.UseSetting("CancelGrace", "00:00:01");
            foreach ((string name, string value) in settings)
                host.UseSetting(name, value);
            host.ConfigureTestServices(services =>
            {
                if (!HasSlowHashes)
                    services.Configure<PasswordHasherOptions>(options => options.IterationCount = 1000);
                Configure?.Invoke(services);
            });
        });
    }

    /// <summary>The application on a real port of this machine, for tests that need connections.</summary>
    public static TestApp Listening(params (string Name, string Value)[] settings)
    {
        var app = new TestApp(null, settings);
        // Set here, since the addresses of the settings file go before all others.
        app._factory.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        app._factory.StartServer();
        app._isListening = true;
        app.Address = new Uri(app.Get<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return app;
    }

    /// <summary>Where an application that listens is reached.</summary>
    public Uri Address { get; private set; } = new("http://localhost");

    public static string FakeWorkerFolder { get; } =
        Path.Combine(
            SharedFiles.RepositoryRoot,
            "tests",
            "BlazorTransfer.FakeWorker",
            "bin",
            AppContext.BaseDirectory.Contains("Release", StringComparison.Ordinal) ? "Release" : "Debug",
            "net10.0"
        );

    public string DataFolder { get; }

    /// <summary>Replaces services.</summary>
    public Action<IServiceCollection>? Configure { get; init; }

    /// <summary>Whether a password's hash costs as much as in production, which would take most of the time of most tests.</summary>
    public bool HasSlowHashes { get; init; }

    public WebApplicationFactory<Program> Factory => _factory;

    public T Get<T>()
        where T : notnull => _factory.Services.GetRequiredService<T>();

    public HttpClient Anonymous() =>
        _isListening
            ? new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address }
            : _factory.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });

    public async Task<User> CreateUserAsync(string name, bool isAdmin = false, string password = Password)
    {
        using IServiceScope scope = _factory.Services.CreateScope();
        var user = new User
        {
            Id = Ids.New(),
            UserName = name,
            IsAdmin = isAdmin,
        };
        IdentityResult created = await scope.ServiceProvider.GetRequiredService<UserManager<User>>().CreateAsync(user, password);
        Assert.True(created.Succeeded, string.Join(' ', created.Errors.Select(e => e.Description)));
        return user;
    }

    /// <summary>Who the services take this account for.</summary>
    public async Task<ClaimsPrincipal> PrincipalAsync(User user)
    {
        using IServiceScope scope = _factory.Services.CreateScope();
        return await scope.ServiceProvider.GetRequiredService<IUserClaimsPrincipalFactory<User>>().CreateAsync(user);
    }

    /// <summary>Creates an account and signs it in through the real form; the client carries the cookie.</summary>
    public async Task<HttpClient> SignInAsync(string name)
    {
        if (Get<DocumentCollection<User>>().All().All(u => u.UserName != name))
            await CreateUserAsync(name);
        HttpClient client = Anonymous();
        using HttpResponseMessage answer = await PostFormAsync(client, "/login", "login", ("UserName", name), ("Password", Password));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return client;
    }

    /// <summary>Creates an account if need be, signs it in through the real form, and takes the cookie, as <c>name=value</c>.</summary>
    public async Task<string> SignInCookieAsync(string name)
    {
        if (Get<DocumentCollection<User>>().All().All(u => u.UserName != name))
            await CreateUserAsync(name);
        using HttpClient client = Anonymous();
        using HttpResponseMessage answer = await PostFormAsync(client, "/login", "login", ("UserName", name), ("Password", Password));
        return answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("blazortransfer=", StringComparison.Ordinal)).Split(';')[0];
    }

    /// <summary>Sends a form of a plain page, with its antiforgery token.</summary>
    public static async Task<HttpResponseMessage> PostFormAsync(
        HttpClient client,
        string path,
        string handler,
        params (string Name, string Value)[] inputs
    ) => await PostAsync(client, path, handler, await FormTokenAsync(client, path == "/login" ? SignInForm : path), inputs);

    /// <summary>Opens a plain page and takes the token of its form.</summary>
    public static async Task<string> FormTokenAsync(HttpClient client, string path) =>
        Regex.Match(await client.GetStringAsync(path), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;

    public static async Task<HttpResponseMessage> PostAsync(
        HttpClient client,
        string path,
        string handler,
        string token,
        params (string Name, string Value)[] inputs
    )
    {
        var fields = inputs.ToDictionary(i => $"Input.{i.Name}", i => i.Value);
        fields["_handler"] = handler;
        fields["__RequestVerificationToken"] = token;
        using var content = new FormUrlEncodedContent(fields);
        return await client.PostAsync(path, content);
    }

    public static async Task<string> CreateProjectAsync(HttpClient owner)
    {
        using HttpResponseMessage created = await owner.PostAsJsonAsync("/api/v1/projects", new { name = "Secret" });
        created.EnsureSuccessStatusCode();
        return (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    public void SetRole(string projectId, string userName, ProjectRole role)
    {
        string id = Get<DocumentCollection<User>>().All().Single(u => u.UserName == userName).Id;
        Get<DocumentCollection<Project>>().Change(projectId, p => p.WithMember(id, role));
    }

    /// <summary>A project of the user with a data set of four tiny images, made by the real import.</summary>
    public async Task<(Project Project, Dataset Dataset)> CreateProjectWithDataAsync(ClaimsPrincipal owner)
    {
        Project project = Get<ProjectService>().Create(owner, "Project");
        return (project, await ImportDatasetAsync(owner, project.Id));
    }

    /// <summary>A small data set: of two classes, or as told.</summary>
    public async Task<Dataset> ImportDatasetAsync(
        ClaimsPrincipal editor,
        string projectId,
        IEnumerable<(string, byte[])>? files = null,
        ImportLayout layout = ImportLayout.Classes
    )
    {
        string zip = TestZip.Write(Path.Combine(DataFolder, "uploads", $"{Ids.New()}.zip"), files ?? TestZip.TwoClasses());
        DatasetImport import = Get<DatasetImports>().StartZip(editor, projectId, "Data", zip, new ImportOptions(layout));
        await WaitForJobAsync(import.Id);
        return Get<DatasetService>().Get(editor, projectId, import.DatasetId);
    }

    /// <summary>A background job once it has ended and is put away.</summary>
    public async Task<BackgroundJob> WaitForJobAsync(string jobId)
    {
        JobEngine jobs = Get<JobEngine>();
        BackgroundJob job = jobs.Find(jobId)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await foreach (int _ in jobs.WatchAsync(job.ProjectId, TimeSpan.Zero, patience.Token))
        {
            job = jobs.Find(jobId)!;
            if (job.State.IsFinal() && !Directory.Exists(Get<DataFolder>().Job(jobId)))
                break;
        }

        return job;
    }

    /// <summary>Copies the data folder as it is at this moment, between two changes of the database: what a kill of this process would
    /// leave.</summary>
    public string CopyAsIfKilled()
    {
        string copy = Directory.CreateTempSubdirectory("blazortransfer-web-").FullName;
        Get<DocumentStore>()
            .Read(_ =>
            {
                string held = Get<DataFolder>().Lock;
                // A lock is the process's, not the file's content.
                foreach (
                    string file in Directory
                        .EnumerateFiles(DataFolder, "*", SearchOption.AllDirectories)
                        .Where(f => f != held && Path.GetFileName(f) != "worker.lock")
                )
                {
                    string target = Path.Combine(copy, Path.GetRelativePath(DataFolder, file));
                    Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                    CopyIfThere(file, target);
                }

                return 0;
            });
        return copy;
    }

    // A file may be renamed or deleted meanwhile, and a kill would leave it or not.
    private static void CopyIfThere(string file, string target)
    {
        try
        {
            using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using FileStream copy = File.Create(target);
            source.CopyTo(copy);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException) { }
    }

    /// <summary>Weights that fit the network of the worker that is told how to behave.</summary>
    public async Task<BackboneWeights> ImportWeightsAsync(ClaimsPrincipal user, string name)
    {
        string file = Path.Combine(DataFolder, "uploads", $"{Ids.New()}.weights");
        await File.WriteAllTextAsync(file, $"weights {name}");
        return await Get<WeightsLibrary>().ImportAsync(user, name, file, CancellationToken.None);
    }

    /// <summary>The request for a run of the fake worker that succeeds.</summary>
    public static RunRequest Request(Dataset dataset) =>
        new()
        {
            DatasetId = dataset.Id,
            DatasetVersion = 1,
            Backbone = "fake",
            Method = "fake-method",
        };

    /// <summary>All runs of the experiment that a run belongs to.</summary>
    public IReadOnlyList<Run> ExperimentOf(ClaimsPrincipal user, Run member) =>
        Get<RunService>().Experiment(user, member.Submission.ProjectId, member.Submission.ExperimentId!);

    /// <summary>All runs of an experiment, submitted and ended.</summary>
    public async Task<IReadOnlyList<Run>> FinishedExperimentAsync(ClaimsPrincipal user, string projectId, RunRequest request)
    {
        Run first = await Get<RunService>().SubmitAsync(user, projectId, request);
        await WaitForAsync(() => ExperimentOf(user, first).All(r => r.Status.IsFinal()));
        return ExperimentOf(user, first);
    }

    public Task<Run> SubmitAsync(ClaimsPrincipal user, Project project, Dataset dataset, string behaviour) =>
        Get<RunService>()
            .SubmitAsync(
                user,
                project.Id,
                new RunRequest
                {
                    DatasetId = dataset.Id,
                    DatasetVersion = 1,
                    Backbone = "fake",
                    Method = "fake-method",
                    Parameters = new Dictionary<string, ParameterValue> { ["behaviour"] = behaviour },
                }
            );

    public async Task<Run> WaitForRunAsync(string runId, Func<Run, bool> condition)
    {
        await WaitForAsync(() => condition(Get<DocumentCollection<Run>>().Find(runId)!));
        return Get<DocumentCollection<Run>>().Find(runId)!;
    }

    public Task<Run> WaitForEndAsync(string runId) => WaitForRunAsync(runId, r => r.Status.IsFinal());

    public static async Task WaitForAsync(Func<bool> condition)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < HangLimit, $"It did not happen within {HangLimit}.");
            await Task.Delay(25);
        }
    }

    public void Dispose()
    {
        _factory.Dispose();
        if (_ownsFolder)
            TestFolder.Delete(DataFolder);
    }
}

using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Tests.Jobs;

/// <summary>The engine alone, on a data folder that outlives it, with kinds that tests define.</summary>
internal sealed class JobHarness : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("blazortransfer-jobs-").FullName;
    private readonly IJobKind[] _kinds;
    private DocumentStore _store = null!;
    private ApplicationLifetime _lifetime = null!;

    public JobHarness(params IJobKind[] kinds)
    {
        _kinds = kinds;
        Open();
    }

    public ManualClock Clock { get; } = new();

    public DataFolder Folder { get; private set; } = null!;

    public DocumentCollection<BackgroundJob> Documents { get; private set; } = null!;

    public JobEngine Engine { get; private set; } = null!;

    public Task StartAsync() => Engine.StartAsync(CancellationToken.None);

    public async Task StopAsync()
    {
        _lifetime.StopApplication();
        await Engine.StopAsync(CancellationToken.None);
        _store.Dispose();
        Open();
    }

    /// <summary>As a kill does: nothing more is stored from here on, and a new engine opens the same data folder.</summary>
    public void Kill()
    {
        _store.Dispose();
        Open();
    }

    /// <summary>A job once it has ended and is put away.</summary>
    public async Task<BackgroundJob> WaitForEndAsync(BackgroundJob job)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await foreach (int _ in Engine.WatchAsync(job.ProjectId, TimeSpan.Zero, patience.Token))
        {
            if (Engine.Find(job.Id) is { } now && now.State.IsFinal() && !Directory.Exists(Folder.Job(job.Id)))
                return now;
        }

        throw new InvalidOperationException("A watch has no end.");
    }

    public void Dispose()
    {
        _lifetime.StopApplication();
        _store.Dispose();
        TestFolder.Delete(_data);
    }

    private void Open()
    {
        Folder = new DataFolder(Options.Create(new BlazorTransferOptions { DataFolder = _data }), new HostEnvironment());
        _store = new DocumentStore(
            Folder,
            [new DocumentSchema("jobs", [nameof(BackgroundJob.ProjectId), nameof(BackgroundJob.Subject)])],
            TimeProvider.System
        );
        Documents = new DocumentCollection<BackgroundJob>(
            _store,
            "jobs",
            j => j.Id,
            [new(nameof(BackgroundJob.ProjectId), j => j.ProjectId), new(nameof(BackgroundJob.Subject), j => j.Subject)]
        );
        _lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        Engine = new JobEngine(
            Documents,
            new JobStore(Documents, _lifetime, Clock, NullLogger<JobStore>.Instance),
            _kinds,
            new JobFolders(Folder, NullLogger<JobFolders>.Instance),
            new JobHistory(Documents, Clock),
            new JobBells(),
            _lifetime,
            Clock,
            NullLogger<JobEngine>.Instance
        );
    }

    private sealed class HostEnvironment : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Test";
        public string ApplicationName { get; set; } = "Test";
        public string ContentRootPath { get; set; } = "/";
        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}

/// <summary>A clock that a test sets; its timers are the system's.</summary>
internal sealed class ManualClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}

internal sealed record Words(string Text);

/// <summary>A kind that does what a test says.</summary>
internal sealed class TestKind(string name, JobLane lane, bool survivesRestart = true, bool keepsHistory = true) : JobKind<Words, Words>
{
    public Func<JobContext<Words>, CancellationToken, Task<Words>> Work { get; set; } = (job, _) => Task.FromResult(job.Input);

    public List<string> CleanedUp { get; } = [];

    public override string Name => name;

    public override JobLane Lane => lane;

    public override bool SurvivesRestart => survivesRestart;

    public override bool KeepsHistory => keepsHistory;

    public override string? WhyRefused(BackgroundJob job, IReadOnlyCollection<BackgroundJob> live) =>
        job.Subject == "once" && live.Any(j => j.Subject == "once") ? "It is there already." : null;

    public override void CleanUp(BackgroundJob job)
    {
        lock (CleanedUp)
            CleanedUp.Add(job.Id);
    }

    protected override Task<Words> RunAsync(JobContext<Words> job, CancellationToken cancel) => Work(job, cancel);
}

/// <summary>A job that a test holds: it has begun, and ends when it is let go or cancelled.</summary>
internal sealed class Hold
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Begun => _begun.Task.WaitAsync(TimeSpan.FromMinutes(1));

    public void LetGo() => _go.TrySetResult();

    public async Task<Words> WorkAsync(JobContext<Words> job, CancellationToken cancel)
    {
        _begun.TrySetResult();
        await _go.Task.WaitAsync(cancel);
        return job.Input;
    }
}

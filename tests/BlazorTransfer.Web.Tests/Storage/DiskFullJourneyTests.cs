using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Storage;

/// <summary>A user's journey through the whole application on a disk that is full from any operation on.</summary>
public sealed class DiskFullJourneyTests : IAsyncLifetime
{
    private readonly TestApp _app = new(null, ("MinimumFreeBytes", "0"), ("RequestLimitFactor", "1000"))
    {
        Configure = services => services.AddSingleton<IWorkerLauncher, EndlessWorkers>(),
    };
    private FaultyDisk _disk = null!;
    private HttpClient _client = null!;
    private ClaimsPrincipal _ada = null!;
    private Project _base = null!;
    private Dataset _dataset = null!;

    public async ValueTask InitializeAsync()
    {
        User ada = await _app.CreateUserAsync("Ada");
        await _app.CreateUserAsync("Vera");
        _ada = await _app.PrincipalAsync(ada);
        _client = await _app.SignInAsync("Ada");
        (_base, _dataset) = await _app.CreateProjectWithDataAsync(_ada);
        // Takes the only slot, so that the runs of the journeys stay in the queue.
        Run blocking = await _app.SubmitAsync(_ada, _base, _dataset, "succeed");
        await _app.WaitForRunAsync(blocking.Id, r => r.Status == RunStatus.Starting);
        _disk = new FaultyDisk(_app.DataFolder);
    }

    public ValueTask DisposeAsync()
    {
        foreach (Run run in _app.Get<RunService>().List(_ada, _base.Id))
            _app.Get<RunService>().Cancel(_ada, _base.Id, run.Id);
        _disk.Dispose();
        _client.Dispose();
        _app.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Every seventh operation; with <c>BLAZORTRANSFER_JOURNEY_STEP=1</c> each, which takes a quarter of an hour.</summary>
    [Fact]
    public async Task R07_Operations_OfAJourney_LoseNothingAcknowledged()
    {
        int step = Environment.GetEnvironmentVariable("BLAZORTRANSFER_JOURNEY_STEP") == "1" ? 1 : 7;
        bool failed = true;
        for (int operation = 1; failed; operation += step)
        {
            var journey = new Journey(this);
            _disk.FailAt(operation);
            await journey.GoAsync();
            failed = _disk.HasFailed;
            _disk.Repair();
            await journey.CheckAsync($"operation {operation}");
        }

        var whole = new Journey(this);
        await whole.GoAsync();
        Assert.True(whole.IsWhole);
        await whole.CheckAsync("a journey without a fault");
    }

    [Fact]
    public async Task R60_Readiness_OnAFullDisk_Fails_AndRecoversWithTheSpace()
    {
        // The first question starts the worker, which nobody waits for.
        await TestApp.WaitForAsync(() => _client.GetAsync("/health/ready").GetAwaiter().GetResult().IsSuccessStatusCode);
        _disk.FailAt(1);
        using HttpResponseMessage full = await _client.GetAsync("/health/ready");
        using HttpResponseMessage live = await _client.GetAsync("/health/live");
        _disk.Repair();
        using HttpResponseMessage ready = await _client.GetAsync("/health/ready");

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK, HttpStatusCode.OK),
            (full.StatusCode, live.StatusCode, ready.StatusCode)
        );
    }

    [Fact]
    public async Task Pages_OnAFullDisk_AreStillShown()
    {
        _disk.FailAt(1);
        Assert.Throws<DiskFullException>(() => _app.Get<ProjectService>().Create(_ada, "Lost"));

        foreach (string page in new[] { "/", $"/projects/{_base.Id}", $"/projects/{_base.Id}/datasets", $"/projects/{_base.Id}/runs" })
        {
            using HttpResponseMessage answer = await _client.GetAsync(page);
            Assert.True(answer.IsSuccessStatusCode, $"{page}: {answer.StatusCode}");
        }

        // Who is to make space can sign in.
        using HttpClient vera = await _app.SignInAsync("Vera");
        _disk.Repair();
    }

    [Fact]
    public async Task SetUp_OnAFullDisk_SaysSo_AndWorksLater()
    {
        using var app = new TestApp();
        using HttpClient client = app.Anonymous();
        using var disk = new FaultyDisk(app.DataFolder);
        disk.FailAt(1);

        using HttpResponseMessage refused = await SetUpAsync();
        Assert.Equal(HttpStatusCode.InsufficientStorage, refused.StatusCode);
        Assert.StartsWith("The disk is full.", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        disk.Repair();
        using HttpResponseMessage done = await SetUpAsync();
        Assert.Equal(HttpStatusCode.Redirect, done.StatusCode);

        Task<HttpResponseMessage> SetUpAsync() =>
            TestApp.PostFormAsync(
                client,
                "/setup",
                "setup",
                ("Code", app.Get<SetupCode>().Value),
                ("UserName", "Ada"),
                ("Password", TestApp.Password)
            );
    }

    /// <summary>Workers that never get anywhere and never end.</summary>
    private sealed class EndlessWorkers : IWorkerLauncher
    {
        public WorkerAttempt Start(RunFolder folder, int attempt) => new("endless", folder.Path, attempt);

        public WorkerAttempt? Find(RunFolder folder) => null;

        public WorkerState State(WorkerAttempt attempt) => WorkerState.Running;

        public void Stop(WorkerAttempt attempt) { }

        public void Release(WorkerAttempt attempt) { }
    }

    /// <summary>Creates a project, adds a member, imports a zip, submits a run and cancels it; notes what was acknowledged.</summary>
    private sealed class Journey(DiskFullJourneyTests test)
    {
        private readonly TestApp _app = test._app;
        private string? _project;
        private bool _hasMember;
        private string? _import;
        private string? _run;
        private bool _isCancelled;

        public bool IsWhole => _hasMember && _import is not null && _isCancelled;

        public async Task GoAsync()
        {
            using HttpResponseMessage created = await test._client.PostAsJsonAsync("/api/v1/projects", new { name = "Journey" });
            _project = await IdOfAsync(created, HttpStatusCode.Created, "id");
            if (_project is not null)
            {
                _hasMember = Try(() => _app.Get<ProjectService>().SetMember(test._ada, _project, "Vera", ProjectRole.Viewer));
                string file = TestZip.Write(Path.GetTempFileName(), TestZip.TwoClasses());
                using var content = new ByteArrayContent(await File.ReadAllBytesAsync(file));
                File.Delete(file);
                using HttpResponseMessage uploaded = await test._client.PostAsync(
                    $"/api/v1/projects/{_project}/datasets/uploads?name=Data",
                    content
                );
                _import = await IdOfAsync(uploaded, HttpStatusCode.Accepted, "importId");
            }

            var request = new RunRequest
            {
                DatasetId = test._dataset.Id,
                DatasetVersion = 1,
                Backbone = "fake",
                Method = "fake-method",
            };
            using HttpResponseMessage submitted = await test._client.PostAsJsonAsync(
                $"/api/v1/projects/{test._base.Id}/runs",
                request,
                ProtocolJson.Line
            );
            _run = await IdOfAsync(submitted, HttpStatusCode.Created, "id");
            if (_run is null)
                return;
            using HttpResponseMessage cancelled = await test._client.PostAsync(
                $"/api/v1/projects/{test._base.Id}/runs/{_run}/cancel",
                content: null
            );
            _isCancelled = await IdOfAsync(cancelled, HttpStatusCode.OK, "id") is not null;
        }

        public async Task CheckAsync(string when)
        {
            if (_project is not null)
            {
                ProjectMember[] others = [.. Require(_app.Get<DocumentCollection<Project>>().Find(_project)).Members.Skip(1)];
                Assert.True(!_hasMember || others.Length == 1, $"The member is missing after {when}.");
            }

            if (_import is not null)
            {
                BackgroundJob job = await _app.WaitForJobAsync(_import);
                if (job.State == JobState.Succeeded)
                    Assert.Equal(4, Require(_app.Get<DocumentCollection<Dataset>>().Find(job.Subject)).Latest.Images);
                else
                    Assert.Equal((JobState.Failed, DiskFullException.Sentence), (job.State, job.Error));
            }

            if (_run is not null)
            {
                Run run = Require(_app.Get<DocumentCollection<Run>>().Find(_run));
                Assert.True(!_isCancelled || run.Status == RunStatus.Cancelled, $"The run is {run.Status} after {when}.");
                run = _app.Get<RunService>().Cancel(test._ada, test._base.Id, _run);
                Assert.Equal(RunStatus.Cancelled, run.Status);
                Assert.Equal(run.LastSequence, RunEventTail.EndOf(_app.Get<DataFolder>().Run(_run).Events).LastSequence);
            }

            T Require<T>(T? found)
                where T : class
            {
                Assert.True(found is not null, $"An acknowledged {typeof(T).Name} is missing after {when}.");
                return found;
            }
        }

        private static async Task<string?> IdOfAsync(HttpResponseMessage answer, HttpStatusCode expected, string property)
        {
            string text = await answer.Content.ReadAsStringAsync();
            if (answer.StatusCode == HttpStatusCode.InsufficientStorage)
            {
                Assert.Contains("The disk is full.", text, StringComparison.Ordinal);
                return null;
            }

            Assert.True(answer.StatusCode == expected, $"{answer.StatusCode}: {text}");
            return JsonDocument.Parse(text).RootElement.GetProperty(property).GetString();
        }

        private static bool Try(Action action)
        {
            try
            {
                action();
                return true;
            }
            catch (DiskFullException)
            {
                return false;
            }
        }
    }
}

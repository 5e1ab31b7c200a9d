using System.Security.Claims;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace BlazorTransfer.Web.Tests.Runs;

/// <summary>How events reach readers: at once, each once, and whatever the others do.</summary>
public sealed class EventDeliveryTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("blazortransfer-web-").FullName;

    public void Dispose() => TestFolder.Delete(_data);

    [Fact]
    public void RecentEvents_KeepTheLast_AndKnowWhatTheyDoNotHave()
    {
        var recent = new RecentEvents();
        Assert.Null(recent.After(0));

        recent.Add([Message(5), Message(6)]);
        Assert.Null(recent.After(3));
        Assert.Equal([5, 6], Numbers(recent.After(4)));
        Assert.Equal([6], Numbers(recent.After(5)));
        Assert.Empty(recent.After(6)!);
        Assert.Null(recent.After(7));

        // A gap: what came before is of no use.
        recent.Add([Message(9)]);
        Assert.Null(recent.After(5));
        Assert.Equal([9], Numbers(recent.After(8)));
        for (int i = 10; i < 10 * RecentEvents.Capacity; i++)
        {
            recent.Add([Message(i)]);
            Assert.InRange(recent.Count, 1, 2 * RecentEvents.Capacity);
        }

        Assert.Equal(RecentEvents.Capacity, recent.After((10 * RecentEvents.Capacity) - RecentEvents.Capacity - 1)!.Count);
        recent.Add([.. Enumerable.Range(10 * RecentEvents.Capacity, 5 * RecentEvents.Capacity).Select(i => Message(i))]);
        long last = (15 * RecentEvents.Capacity) - 1;
        Assert.Null(recent.After((10 * RecentEvents.Capacity) - 10));
        Assert.Equal(Enumerable.Range((int)last - 99, 100).Select(i => (long)i), Numbers(recent.After(last - 100)));
        Assert.Null(recent.After(last - RecentEvents.Capacity - 1));
    }

    [Fact]
    public async Task R32_ReaderThatTakesNothing_DelaysNobody_AndMissesNothing()
    {
        using var app = new TestApp(_data);
        var stream = app.Get<RunEventStream>();
        string id = Ids.New();
        RunFolder folder = app.Get<DataFolder>().Run(id);
        folder.Create();
        using var writer = new RunEventWriter(folder.Events);
        stream.Hold(id, 0);
        RunEventTail tail = RunEventTail.Start;
        Write();
        await using IAsyncEnumerator<RunEventBatch> slow = stream.ReadAsync(id, 0, CancellationToken.None).GetAsyncEnumerator(),
            quick = stream.ReadAsync(id, 0, CancellationToken.None).GetAsyncEnumerator();
        Assert.Equal([1], await NextAsync(slow));
        Assert.Equal([1], await NextAsync(quick));

        // Many more than are kept in memory.
        int last = (4 * RecentEvents.Capacity) + 1;
        for (int i = 2; i <= last; i++)
        {
            Write();
            Assert.Equal([i], await NextAsync(quick));
        }

        List<long> late = [];
        while (late.Count == 0 || late[^1] < last)
            late.AddRange(await NextAsync(slow));
        Assert.Equal(Enumerable.Range(2, last - 1).Select(i => (long)i), late);
        // From here on it follows with the others.
        Write();
        Assert.Equal([last + 1], await NextAsync(slow));
        stream.Release(id);

        void Write()
        {
            writer.Append(
                new StepCompleted
                {
                    Epoch = 1,
                    Step = 1,
                    Loss = 1,
                    LearningRate = 1,
                    ImagesPerSecond = 1,
                }
            );
            tail = tail.ReadOn(folder.Events);
            stream.Publish(id, tail);
        }
    }

    /// <summary>The clock of the supervisor stands still, so nothing but the file system tells it of news.</summary>
    [Fact]
    public async Task Events_AreDelivered_WithoutWaitingForTheSupervisorsTick()
    {
        (RunFolder folder, string id) = await RunAtWorkAsync();
        long before = RunEventTail.EndOf(folder.Events).LastSequence;
        using var app = new TestApp(_data) { Configure = services => services.AddSingleton<TimeProvider>(new FakeTimeProvider()) };
        var stream = app.Get<RunEventStream>();
        await using IAsyncEnumerator<RunEventBatch> reader = stream.ReadAsync(id, before, CancellationToken.None).GetAsyncEnumerator();

        long[] news = [.. (await NextAsync(reader))];

        Assert.True(news[0] > before);
        folder.RequestCancel(DateTimeOffset.UtcNow);
        await TestApp.WaitForAsync(() => RunEventTail.All(folder.Events).Any(e => e is RunFinished));
    }

    /// <summary>What the database could not take is read again; a run must not lose an epoch because the disk was full for a
    /// moment.</summary>
    [Fact]
    public async Task Events_ThatCouldNotBeStored_AreStoredLater()
    {
        using var app = new TestApp(_data);
        ClaimsPrincipal user = await app.PrincipalAsync(await app.CreateUserAsync("Ada"));
        (Project project, Dataset dataset) = await app.CreateProjectWithDataAsync(user);
        // Takes the slot.
        await app.SubmitAsync(user, project, dataset, "wait-for-cancel");
        Run run = await app.SubmitAsync(user, project, dataset, "succeed");
        RunFolder folder = app.Get<DataFolder>().Run(run.Id);
        app.Get<RunJournal>().Record(run.Id, _ => [new AttemptStarted { Attempt = 1 }]);
        using (var writer = new RunEventWriter(folder.Events))
            writer.Append(
                new EpochCompleted
                {
                    Epoch = 1,
                    Step = 1,
                    Metrics = new Dictionary<string, double>(),
                    IsBest = false,
                    Seconds = 1,
                    LiveTensors = 0,
                }
            );
        var follower = app.Get<RunFollower>();
        using var watch = new RunWatch(folder, worker: null, TimeProvider.System, () => { });
        using (var disk = new Storage.FaultyDisk(app.DataFolder))
        {
            disk.FailAt(1);
            Assert.ThrowsAny<IOException>(() => follower.ReadOn(run.Id, watch));
            disk.Repair();
        }

        follower.ReadOn(run.Id, watch);

        Assert.Equal((RunStatus.Running, 1), (app.Get<DocumentCollection<Run>>().Find(run.Id)!.Status, Epoch()));
        foreach (Run each in app.Get<RunService>().List(user, project.Id))
            app.Get<RunService>().Cancel(user, project.Id, each.Id);

        int Epoch() => app.Get<DocumentCollection<Run>>().Find(run.Id)!.Epoch;
    }

    private async Task<(RunFolder Folder, string Id)> RunAtWorkAsync()
    {
        using var app = new TestApp(_data);
        ClaimsPrincipal user = await app.PrincipalAsync(await app.CreateUserAsync("Ada"));
        (Project project, Dataset dataset) = await app.CreateProjectWithDataAsync(user);
        Run run = await app.SubmitAsync(user, project, dataset, "step-until-cancel");
        await app.WaitForRunAsync(run.Id, r => r.Epoch == 1);
        return (app.Get<DataFolder>().Run(run.Id), run.Id);
    }

    private static async Task<IEnumerable<long>> NextAsync(IAsyncEnumerator<RunEventBatch> reader)
    {
        do Assert.True(await reader.MoveNextAsync().AsTask().WaitAsync(TestApp.HangLimit));
        while (reader.Current.Events.Count == 0);
        return reader.Current.Events.Select(e => e.Sequence);
    }

    private static IEnumerable<long> Numbers(IReadOnlyList<RunEvent>? events) => events!.Select(e => e.Sequence);

    private static MessageLogged Message(long sequence) =>
        new()
        {
            Sequence = sequence,
            Level = MessageLevel.Information,
            Text = "",
        };
}

using System.Text.Json;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Tests.Jobs;

public sealed class JobEngineTests
{
    private static readonly JobLane One = new("one", 1);

    [Fact]
    public async Task Submit_OfTwoOwners_TakesTurns_AndKeepsTheOrderOfEach()
    {
        var order = new List<string>();
        var hold = new Hold();
        var kind = new TestKind("kind", One)
        {
            Work = (job, cancel) =>
            {
                lock (order)
                    order.Add(job.Input.Text);
                return job.Input.Text == "a1" ? hold.WorkAsync(job, cancel) : Task.FromResult(job.Input);
            },
        };
        using var harness = new JobHarness(kind);
        await harness.StartAsync();

        BackgroundJob[] jobs =
        [
            .. new[] { "a1", "a2", "a3", "a4", "b1", "b2" }.Select(text =>
                harness.Engine.Submit(kind, new NewJob<Words>(text[..1], text, new Words(text)))
            ),
        ];
        await hold.Begun;
        hold.LetGo();
        foreach (BackgroundJob job in jobs)
            await harness.WaitForEndAsync(job);

        Assert.Equal(["a1", "b1", "a2", "b2", "a3", "a4"], order);
    }

    [Fact]
    public void Submit_OfOneOwner_CannotFillTheQueueForOthers()
    {
        var kind = new TestKind("kind", One);
        using var harness = new JobHarness(kind);
        for (int i = 0; i < 100; i++)
            harness.Engine.Submit(kind, Job("x"));

        RefusedException refusal = Assert.Throws<TooManyRequestsException>(() => harness.Engine.Submit(kind, Job("x")));

        Assert.Contains("100 jobs", refusal.Message, StringComparison.Ordinal);
        harness.Engine.Submit(kind, new NewJob<Words>("ben", "y", new Words("y")));
    }

    [Fact]
    public async Task Submit_OfAnotherLane_DoesNotWait()
    {
        var hold = new Hold();
        TestKind held = new("held", One) { Work = hold.WorkAsync },
            other = new("other", new JobLane("two", 1));
        using var harness = new JobHarness(held, other);
        await harness.StartAsync();
        harness.Engine.Submit(held, Job("x"));
        await hold.Begun;

        Words result = await harness.Engine.RunAsync(other, Job("y"), take: null, CancellationToken.None);

        Assert.Equal("y", result.Text);
    }

    [Fact]
    public async Task Cancel_OfAQueuedJob_EndsItWithoutRunningIt()
    {
        int runs = 0;
        var hold = new Hold();
        var kind = new TestKind("kind", One)
        {
            Work = (job, cancel) =>
            {
                Interlocked.Increment(ref runs);
                return hold.WorkAsync(job, cancel);
            },
        };
        using var harness = new JobHarness(kind);
        await harness.StartAsync();
        BackgroundJob first = harness.Engine.Submit(kind, Job("first")),
            second = harness.Engine.Submit(kind, Job("second"));
        await hold.Begun;

        harness.Engine.Cancel(second.Id);

        BackgroundJob ended = await harness.WaitForEndAsync(second);
        Assert.Equal((JobState.Cancelled, 0), (ended.State, ended.Attempts));
        hold.LetGo();
        Assert.Equal(JobState.Succeeded, (await harness.WaitForEndAsync(first)).State);
        Assert.Equal(1, runs);
        Assert.Equal([second.Id, first.Id], kind.CleanedUp);
    }

    [Fact]
    public async Task Cancel_OfARunningJob_EndsItAsCancelled_AndTheCallerIsCancelled()
    {
        var hold = new Hold();
        var kind = new TestKind("kind", One) { Work = hold.WorkAsync };
        using var harness = new JobHarness(kind);
        await harness.StartAsync();
        using var caller = new CancellationTokenSource();
        Task<Words> work = harness.Engine.RunAsync(kind, Job("x"), take: null, caller.Token);
        await hold.Begun;

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal(JobState.Cancelled, Assert.Single(harness.Engine.List("")).State);
        Assert.Empty(harness.Engine.Live(kind));
    }

    [Theory]
    [InlineData(false, true, nameof(JobState.Succeeded), 1)]
    [InlineData(true, true, nameof(JobState.Succeeded), 2)]
    [InlineData(false, false, nameof(JobState.Cancelled), 0)]
    [InlineData(true, false, nameof(JobState.Cancelled), 1)]
    public async Task Kill_InEachState_RunsADurableJobAgainWithItsFile_AndCancelsOthers(
        bool isRunning,
        bool survives,
        string expected,
        int attempts
    )
    {
        var hold = new Hold();
        var kind = new TestKind("kind", One, survivesRestart: survives) { Work = hold.WorkAsync };
        using var harness = new JobHarness(kind);
        if (isRunning)
            await harness.StartAsync();
        string upload = Path.Combine(harness.Folder.Uploads, "x.zip");
        await File.WriteAllTextAsync(upload, "content");
        BackgroundJob job = harness.Engine.Submit(
            kind,
            Job("x") with
            {
                Files = new Dictionary<string, string> { ["upload.zip"] = upload },
            }
        );
        Assert.False(File.Exists(upload));
        if (isRunning)
            await hold.Begun;
        string? read = null;
        kind.Work = async (context, cancel) =>
        {
            read = await File.ReadAllTextAsync(context.File("upload.zip"), cancel);
            return context.Input;
        };

        harness.Kill();
        await harness.StartAsync();

        BackgroundJob ended = await harness.WaitForEndAsync(job);
        Assert.Equal((expected, attempts), (ended.State.ToString(), ended.Attempts));
        Assert.Equal(survives ? "content" : null, read);
        Assert.Equal(survives ? "x" : null, ended.Result?.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Kill_ThreeTimes_FailsTheJobWithTheReason()
    {
        var kind = new TestKind("kind", One);
        using var harness = new JobHarness(kind);
        await harness.StartAsync();
        BackgroundJob? job = null;
        for (int attempt = 1; attempt <= JobStore.MostAttempts; attempt++)
        {
            var hold = new Hold();
            kind.Work = hold.WorkAsync;
            if (job is null)
                job = harness.Engine.Submit(kind, Job("x"));
            else
                await harness.StartAsync();
            await hold.Begun;
            Assert.Equal(attempt, harness.Engine.Find(job.Id)!.Attempts);
            harness.Kill();
        }

        await harness.StartAsync();

        BackgroundJob ended = harness.Engine.Find(job!.Id)!;
        Assert.Equal(JobState.Failed, ended.State);
        Assert.Contains("interrupted 3 times", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_OfTheApplication_PutsARunningJobBack_WithoutCountingAnAttempt()
    {
        var hold = new Hold();
        TestKind durable = new("durable", One) { Work = hold.WorkAsync },
            fleeting = new("fleeting", new JobLane("two", 1), survivesRestart: false, keepsHistory: false);
        var held = new Hold();
        fleeting.Work = held.WorkAsync;
        using var harness = new JobHarness(durable, fleeting);
        await harness.StartAsync();
        BackgroundJob job = harness.Engine.Submit(durable, Job("x"));
        Task<Words> waiting = harness.Engine.RunAsync(fleeting, Job("y"), take: null, CancellationToken.None);
        await hold.Begun;
        await held.Begun;

        await harness.StopAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromMinutes(1)));
        BackgroundJob stored = Assert.Single(harness.Documents.All());
        Assert.Equal((job.Id, JobState.Queued, 0), (stored.Id, stored.State, stored.Attempts));
        hold.LetGo();
        await harness.StartAsync();
        Assert.Equal(JobState.Succeeded, (await harness.WaitForEndAsync(job)).State);
    }

    [Fact]
    public async Task Start_WithAJobOfAnUnknownKind_FailsIt_AndSweepsFoldersWithoutAJob()
    {
        TestKind known = new("known", One),
            gone = new("gone", One);
        using var harness = new JobHarness(known);
        BackgroundJob job = harness.Engine.Submit(gone, Job("x"));
        string orphan = harness.Folder.Job("0123456789abcdef0123");
        Directory.CreateDirectory(orphan);

        harness.Kill();
        await harness.StartAsync();

        Assert.Contains("does not know", harness.Engine.Find(job.Id)!.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(orphan));
        Assert.False(Directory.Exists(harness.Folder.Job(job.Id)));
    }

    [Theory]
    [InlineData(true, "Choose another file.", "Choose another file.")]
    [InlineData(false, "Out of paper", "Something went wrong: Out of paper")]
    public async Task Work_ThatFails_TellsItsReason_AndLetsTheNextJobRun(bool refuses, string message, string expected)
    {
        var kind = new TestKind("kind", One)
        {
            Work = (job, _) =>
                job.Input.Text == "good" ? Task.FromResult(job.Input)
                : refuses ? throw new RefusedException(message)
                : throw new InvalidDataException(message),
        };
        using var harness = new JobHarness(kind);
        await harness.StartAsync();

        BackgroundJob bad = harness.Engine.Submit(kind, Job("bad")),
            good = harness.Engine.Submit(kind, Job("good"));

        BackgroundJob ended = await harness.WaitForEndAsync(bad);
        Assert.Equal((JobState.Failed, expected), (ended.State, ended.Error));
        Assert.Equal(JobState.Succeeded, (await harness.WaitForEndAsync(good)).State);
    }

    [Fact]
    public async Task Reports_ReachTheStarterInOrder_AndAWatcherWithoutGoingBack()
    {
        const int steps = 500;
        var kind = new TestKind("kind", One)
        {
            Work = (job, _) =>
            {
                for (int step = 1; step <= steps; step++)
                {
                    job.Emit(step);
                    job.Report(new JobProgress("step", step, steps));
                }

                return Task.FromResult(job.Input);
            },
        };
        using var harness = new JobHarness(kind);
        await harness.StartAsync();
        // Asked before the job is there, so that nothing of it can be missed.
        await using IAsyncEnumerator<int> watch = harness.Engine.WatchAsync("", TimeSpan.Zero).GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());
        var taken = new List<int>();
        var seen = new List<long>();

        Task<Words> work = harness.Engine.RunAsync(kind, Job("x"), e => taken.Add((int)e), CancellationToken.None);
        JobState state = JobState.Queued;
        while (!state.IsFinal())
        {
            Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
            BackgroundJob job = Assert.Single(harness.Engine.List(""));
            state = job.State;
            seen.Add(job.Progress?.Done ?? 0);
        }

        await work;
        Assert.Equal(Enumerable.Range(1, steps), taken);
        Assert.Equal(seen.Order(), seen);
        Assert.Equal(steps, seen[^1]);
    }

    [Fact]
    public async Task Watch_ChangedBetweenYieldAndRead_YieldsAgain()
    {
        var kind = new TestKind("kind", One);
        using var harness = new JobHarness(kind);
        await using IAsyncEnumerator<int> watch = harness.Engine.WatchAsync("p", TimeSpan.Zero).GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());
        ValueTask<bool> next = watch.MoveNextAsync();
        Assert.False(next.IsCompleted);

        harness.Engine.Submit(kind, Job("elsewhere"));
        Assert.False(next.IsCompleted);
        harness.Engine.Submit(kind, Job("here") with { ProjectId = "p" });

        Assert.True(await next.AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Single(harness.Engine.List("p"));
    }

    [Fact]
    public void Submit_ThatTheKindRefuses_DeletesItsFilesAndLeavesNothing()
    {
        var kind = new TestKind("kind", One);
        using var harness = new JobHarness(kind);
        string upload = Path.Combine(harness.Folder.Uploads, "x.zip");
        File.WriteAllText(upload, "content");
        harness.Engine.Submit(kind, Job("x") with { Subject = "once" });

        NewJob<Words> second = Job("y") with
        {
            Subject = "once",
            Files = new Dictionary<string, string> { ["x"] = upload },
        };
        RefusedException refusal = Assert.Throws<RefusedException>(() => harness.Engine.Submit(kind, second));

        Assert.Equal("It is there already.", refusal.Message);
        Assert.False(File.Exists(upload));
        Assert.Single(harness.Documents.All());
        Assert.Single(Directory.EnumerateDirectories(harness.Folder.Jobs));
    }

    [Fact]
    public async Task History_KeepsTheLastFiftyOfAProject_AndNothingOlderThanThirtyDays()
    {
        var kind = new TestKind("kind", One);
        using var harness = new JobHarness(kind);
        await harness.StartAsync();
        await RunAsync("p", "old");
        await RunAsync("q", "other");
        for (int i = 0; i < JobHistory.MostOfAProject; i++)
            await RunAsync("p", $"job {i}");

        Assert.Equal(JobHistory.MostOfAProject, harness.Engine.List("p").Count);
        Assert.DoesNotContain(harness.Engine.List("p"), j => j.Title == "old");
        Assert.Single(harness.Engine.List("q"));

        harness.Clock.Now += JobHistory.LongestKept + TimeSpan.FromMinutes(1);
        await RunAsync("p", "new");
        Assert.Equal("new", Assert.Single(harness.Engine.List("p")).Title);
        harness.Kill();
        await harness.StartAsync();
        Assert.Empty(harness.Engine.List("q"));

        async Task RunAsync(string projectId, string text) =>
            await harness.WaitForEndAsync(harness.Engine.Submit(kind, Job(text) with { ProjectId = projectId }));
    }

    [Fact]
    public async Task Forget_OfAProject_CancelsItsJobsAndLeavesNothingOfThem()
    {
        var hold = new Hold();
        var kind = new TestKind("kind", One) { Work = hold.WorkAsync };
        using var harness = new JobHarness(kind);
        await harness.StartAsync();
        Task<Words> work = harness.Engine.RunAsync(kind, Job("x") with { ProjectId = "p" }, take: null, CancellationToken.None);
        harness.Engine.Submit(kind, Job("y") with { ProjectId = "p" });
        await hold.Begun;

        harness.Engine.Forget("p");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Empty(harness.Documents.All());
    }

    [Fact]
    public void Document_AsJson_ComesBackTheSame()
    {
        var job = new BackgroundJob
        {
            Id = "x",
            Kind = "kind",
            OwnerId = "ada",
            Title = "Title",
            Input = JsonSerializer.SerializeToElement(new Words("in")),
            CreatedAt = DateTimeOffset.UnixEpoch,
        }
            .Start(DateTimeOffset.UnixEpoch)
            .Fail(Message.Plain("why"), new JobProgress("step", 1, 2), DateTimeOffset.UnixEpoch)
            .Dismiss();

        BackgroundJob back = JsonSerializer.Deserialize<BackgroundJob>(
            JsonSerializer.Serialize(job, Core.Protocol.ProtocolJson.Line),
            Core.Protocol.ProtocolJson.Line
        )!;

        Assert.Equal(job with { Input = default }, back with { Input = default });
        Assert.Equal(job.Input.GetRawText(), back.Input.GetRawText());
    }

    private static NewJob<Words> Job(string text) => new("ada", text, new Words(text));
}

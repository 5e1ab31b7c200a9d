using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace BlazorTransfer.Web.Tests.Storage;

public sealed class DocumentStoreTests : IDisposable
{
    private static readonly DocumentIndex<Note> ByOwner = new(nameof(Note.Owner), n => n.Owner);
    private readonly string _data = Directory.CreateTempSubdirectory("blazortransfer-store-").FullName;

    public void Dispose() => TestFolder.Delete(_data);

    [Fact]
    public void ManyWritersAndReaders_LoseNothingAndSeeWholeDocuments()
    {
        const int writers = 8,
            notesEach = 60;
        using (DocumentStore store = Open())
        {
            DocumentCollection<Note> notes = Notes(store);
            notes.Add(new Note("counter", "all", 0));
            Parallel.For(
                0,
                writers * 2,
                new ParallelOptions { MaxDegreeOfParallelism = writers * 2 },
                w =>
                {
                    for (int i = 0; i < notesEach; i++)
                    {
                        if (w < writers)
                        {
                            notes.Add(new Note($"{w}-{i}", $"writer{w}", i));
                            notes.Change("counter", n => n with { Value = n.Value + 1 });
                        }
                        else
                        {
                            Assert.All(
                                notes.FindBy(nameof(Note.Owner), $"writer{w - writers}"),
                                n => Assert.Equal($"writer{w - writers}", n.Owner)
                            );
                        }
                    }
                }
            );
        }

        using DocumentStore again = Open();
        DocumentCollection<Note> found = Notes(again);
        Assert.Equal(writers * notesEach + 1, found.Count());
        Assert.Equal(writers * notesEach, found.Find("counter")!.Value);
        Assert.Equal(notesEach, found.FindBy(nameof(Note.Owner), "writer3").Count);
    }

    [Fact]
    public void AcknowledgedWrite_IsInTheDataFileEvenWithoutAProperEnd()
    {
        using DocumentStore store = Open();
        Notes(store).Add(new Note("kept", "x", 41));
        Notes(store).Change("kept", n => n with { Value = 42 });

        // What a power cut would leave: the files as they are now, taken without asking LiteDB.
        string copy = Directory.CreateTempSubdirectory("blazortransfer-store-").FullName;
        try
        {
            File.Copy(Path.Combine(_data, "blazortransfer.db"), Path.Combine(copy, "blazortransfer.db"));
            using DocumentStore other = Open(copy);
            Assert.Equal(42, Notes(other).Find("kept")!.Value);
        }
        finally
        {
            TestFolder.Delete(copy);
        }
    }

    [Fact]
    public void Collections_AreThereFromTheStart_AndEmpty()
    {
        using DocumentStore store = Open();

        Assert.Equal(["dated", "notes"], store.Read(db => db.GetCollectionNames().Order(StringComparer.Ordinal).ToArray()));
        Assert.Equal(0, Notes(store).Count());
    }

    [Fact]
    public void SecondProcessOnTheSameFolder_IsToldWhoHasIt()
    {
        using DocumentStore first = Open();
        // Time passes with each look at the clock.
        var clock = new WaitedFor { AutoAdvanceAmount = TimeSpan.FromMinutes(1) };

        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(() => Open(clock: clock));

        Assert.Contains("in use by another BlazorTransfer", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProcessThatComesWhileTheOneBeforeIsEnding_WaitsForIt()
    {
        DocumentStore first = Open();
        var clock = new WaitedFor();
        Task<DocumentStore> opening = Task.Run(() => Open(clock: clock));
        await clock.Waiting;

        first.Dispose();
        clock.Advance(TimeSpan.FromSeconds(1));

        using DocumentStore second = await opening;
        Assert.Equal(0, Notes(second).Count());
    }

    [Fact]
    public void Add_OfADocumentThatIsThere_IsAnErrorAndChangesNothing()
    {
        using DocumentStore store = Open();
        DocumentCollection<Note> notes = Notes(store);
        notes.Add(new Note("1", "first", 1));

        Assert.Throws<InvalidOperationException>(() => notes.Add(new Note("1", "second", 2)));

        Assert.Equal("first", Assert.Single(notes.All()).Owner);
        // The store goes on.
        notes.Add(new Note("2", "third", 3));
        Assert.Equal(2, notes.Count());
    }

    [Fact]
    public void AddOrChange_ByManyAtOnce_LosesNoChange()
    {
        using DocumentStore store = Open();
        DocumentCollection<Note> notes = Notes(store);

        Parallel.For(0, 100, _ => notes.AddOrChange(new Note("1", "all", 1), n => n with { Value = n.Value + 1 }));

        Assert.Equal(100, notes.Find("1")!.Value);
    }

    [Fact]
    public void FindBy_WithAValueThatLooksLikeAQuery_TakesItAsText()
    {
        using DocumentStore store = Open();
        DocumentCollection<Note> notes = Notes(store);
        string hostile = "x\" OR true //$' OR 1=1";
        notes.Add(new Note("1", hostile, 1));
        notes.Add(new Note("2", "other", 2));

        Assert.Equal("1", Assert.Single(notes.FindBy(nameof(Note.Owner), hostile)).Id);
    }

    [Fact]
    public void Documents_KeepTextsTimesAndEmptyStringsAsTheyWere()
    {
        using DocumentStore store = Open();
        var dated = new DocumentCollection<Dated>(store, "dated", d => d.Id, []);
        // LiteDB's own mapping would trim the text, make it null where empty, and turn the time into local milliseconds.
        var document = new Dated(
            "1",
            "  spaces stay ",
            "",
            new DateTimeOffset(2026, 3, 29, 1, 30, 0, TimeSpan.FromHours(5)).AddTicks(1234567)
        );
        dated.Add(document);

        Assert.Equal(document, dated.Find("1"));
    }

    private DocumentStore Open(string? folder = null, TimeProvider? clock = null) =>
        new(
            new DataFolder(Options.Create(new BlazorTransferOptions { DataFolder = folder ?? _data }), new Environment()),
            [new DocumentSchema("notes", [nameof(Note.Owner)]), new DocumentSchema("dated", [])],
            clock ?? TimeProvider.System
        );

    private static DocumentCollection<Note> Notes(DocumentStore store) => new(store, "notes", n => n.Id, [ByOwner]);

    /// <summary>A clock that says when somebody waits for it.</summary>
    private sealed class WaitedFor : FakeTimeProvider
    {
        private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Waiting => _waiting.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            _waiting.TrySetResult();
            return timer;
        }
    }

    private sealed record Note(string Id, string Owner, int Value);

    private sealed record Dated(string Id, string Text, string Empty, DateTimeOffset Time);

    private sealed class Environment : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Test";
        public string ApplicationName { get; set; } = "Test";
        public string ContentRootPath { get; set; } = "/";
        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}

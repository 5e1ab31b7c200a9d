using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Storage;

/// <summary>Writers that wait at the gate of the store at the same time share a checkpoint.</summary>
public sealed class SharedCheckpointTests : IDisposable
{
    private const int Writers = 16;
    private readonly TestStore _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void R05_WritersAtOnce_FlushTheDataFileOnceForAll()
    {
        using DocumentStore store = _files.Open();
        DocumentCollection<Note> notes = TestStore.Notes(store);
        notes.Add(new Note("first", "x", 0));
        int operations = 0;
        void Count(string path)
        {
            if (path == _files.Database)
                Interlocked.Increment(ref operations);
        }

        DurableFile.Changing += Count;
        try
        {
            notes.Add(new Note("alone", "x", 0));
            int alone = operations;
            operations = 0;

            Exception?[] failures = WriteAtOnce(store, notes);

            Assert.All(failures, Assert.Null);
            Assert.True(alone > 0);
            // Each page is written in any case; what is saved is flushes.
            int saved = (Writers * alone) - operations;
            Assert.True(saved > Writers / 2, $"{operations} operations for {Writers} writers, {alone} for one alone.");
        }
        finally
        {
            DurableFile.Changing -= Count;
        }

        Assert.Equal(Writers + 2, notes.Count());
    }

    [Fact]
    public void R07_WriteThatFailsBesideOthers_LosesNothingAcknowledged_AndTheStoreWorksOn()
    {
        using var disk = new FaultyDisk(_files.Folder);
        bool failed = true;
        int refused = 0;
        for (int operation = 1; failed; operation++)
        {
            _files.Reset();
            using (DocumentStore store = _files.Open())
            {
                DocumentCollection<Note> notes = TestStore.Notes(store);
                notes.Add(new Note("first", "x", 0));
                Exception?[] failures = WriteAtOnce(store, notes, () => disk.FailAt(operation, isLasting: false));
                failed = disk.HasFailed;
                disk.Repair();

                foreach ((int writer, Exception? failure) in failures.Index())
                {
                    if (failure is null)
                        Assert.Equal(writer, notes.Find($"{writer}")?.Value);
                    else
                        Assert.IsType<DiskFullException>(failure);
                    refused += failure is null ? 0 : 1;
                }

                notes.Save(new Note("later", "x", 1));
            }

            // The file is whole, or opening it would find the damage.
            using DocumentStore again = _files.Open();
            Assert.Equal(1, TestStore.Notes(again).Find("later")!.Value);
        }

        // An exception in a finalizer ends the process: see DatabaseFile.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.True(refused > 0);
    }

    [Fact]
    public void Write_ThatItsCallerRefuses_FailsAlone()
    {
        using DocumentStore store = _files.Open();
        DocumentCollection<Note> notes = TestStore.Notes(store);
        notes.Add(new Note("3", "x", 0));

        Exception?[] failures = WriteAtOnce(store, notes);

        Assert.IsType<InvalidOperationException>(failures[3]);
        Assert.Single(failures.OfType<Exception>());
        Assert.Equal(Writers, notes.Count());
    }

    [Fact]
    public void Write_WithinAnotherWrite_IsDone()
    {
        using DocumentStore store = _files.Open();
        DocumentCollection<Note> notes = TestStore.Notes(store);
        notes.Add(new Note("outer", "x", 0));

        notes.Change(
            "outer",
            n =>
            {
                notes.Add(new Note("inner", "x", 1));
                return n with { Value = 2 };
            }
        );

        Assert.Equal(2, notes.Find("outer")!.Value);
        Assert.Equal(1, notes.Find("inner")!.Value);
    }

    /// <summary>Lets all writers come while somebody reads, so that they wait together.</summary>
    private static Exception?[] WriteAtOnce(DocumentStore store, DocumentCollection<Note> notes, Action? beforeWrites = null)
    {
        var failures = new Exception?[Writers];
        Thread[] threads =
        [
            .. Enumerable
                .Range(0, Writers)
                .Select(w => new Thread(() => failures[w] = Record.Exception(() => notes.Add(new Note($"{w}", "x", w))))),
        ];
        store.Read(_ =>
        {
            Array.ForEach(threads, t => t.Start());
            Assert.True(
                SpinWait.SpinUntil(() => threads.All(t => t.ThreadState.HasFlag(ThreadState.WaitSleepJoin)), TestApp.HangLimit),
                "The writers do not wait."
            );
            beforeWrites?.Invoke();
            return true;
        });
        foreach (Thread thread in threads)
            Assert.True(thread.Join(TestApp.HangLimit));
        return failures;
    }
}

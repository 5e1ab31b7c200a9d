using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Storage;

/// <summary>The store on a disk that is full from any operation on (line 7 of the reliability checklist).</summary>
public sealed class DiskFullStoreTests : IDisposable
{
    private readonly TestStore _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void R07_EachOperationThatFails_LosesNothingAcknowledged_AndTheStoreWorksOn(bool isLasting)
    {
        using var disk = new FaultyDisk(_files.Folder);
        bool failed = true;
        for (int operation = 1; failed; operation++)
        {
            _files.Reset();
            using (DocumentStore store = _files.Open())
            {
                var writes = new Writes(TestStore.Notes(store));
                writes.Seed();

                disk.FailAt(operation, isLasting);
                writes.GoOn();
                failed = disk.HasFailed;
                disk.Repair();

                writes.Check($"after operation {operation}");
                TestStore.Notes(store).Save(new Note("later", "x", 1));
                Assert.Equal(1, TestStore.Notes(store).Find("later")!.Value);
                writes.Check($"after operation {operation} and another write");
            }

            // The file is whole, or opening it would find the damage.
            using DocumentStore again = _files.Open();
            Assert.Equal(1, TestStore.Notes(again).Find("later")!.Value);
        }

        // An exception in a finalizer ends the process: see DatabaseFile.
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    /// <summary>What a failed write leaves behind is found by the names of private fields, which another LiteDB may have changed.</summary>
    [Fact]
    public void TransactionsOfLiteDb_AreFound()
    {
        string path = _files.Database;
        using DatabaseFile file = DatabaseFile.Open(path);
        file.Database.BeginTrans();

        Assert.Single(DatabaseFile.TransactionsOf(file.Database)!);
        file.Database.Rollback();
    }

    /// <summary>As root: <c>mount -t tmpfs -o size=12m tmpfs FOLDER</c>, and the folder in <c>BLAZORTRANSFER_SMALL_DISK</c>.</summary>
    [Fact]
    public void R07_RealFullDisk_LosesNothingAcknowledged_AndTheStoreWorksOn()
    {
        string? small = Environment.GetEnvironmentVariable("BLAZORTRANSFER_SMALL_DISK");
        Assert.SkipWhen(small is null, "BLAZORTRANSFER_SMALL_DISK names no folder on a disk of a few megabytes.");
        using var files = new TestStore(small);
        string filler = Path.Combine(files.Folder, "filler");
        using (DocumentStore store = files.Open())
        {
            DocumentCollection<Note> notes = TestStore.Notes(store);
            int acknowledged = 0;
            for (int round = 0; round < 20; round++)
            {
                Fill(filler);
                // Frees a little more each time, so that the disk is full at another operation.
                using (FileStream stream = File.OpenWrite(filler))
                    stream.SetLength(Math.Max(0, stream.Length - 4096 * round));
                Assert.Throws<DiskFullException>(void () =>
                {
                    while (true)
                    {
                        notes.Save(new Note($"note{acknowledged}", "x", acknowledged) { Text = new string('y', 3000) });
                        acknowledged++;
                    }
                });
                Assert.True(notes.Count() >= acknowledged);
                File.Delete(filler);
                notes.Save(new Note($"note{acknowledged}", "x", acknowledged));
                acknowledged++;
                Assert.Equal(Enumerable.Range(0, acknowledged), notes.All().Select(n => n.Value).Order());
            }
        }

        files.Open().Dispose();
    }

    private static void Fill(string path)
    {
        byte[] block = new byte[4096];
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
                stream.Write(block);
        }
        catch (IOException) { }
    }

    [Fact]
    public void Read_WhileTheDiskIsStillFull_Answers()
    {
        using var disk = new FaultyDisk(_files.Folder);
        using DocumentStore store = _files.Open();
        DocumentCollection<Note> notes = TestStore.Notes(store);
        notes.Save(new Note("kept", "x", 1));

        disk.FailAt(1);
        DiskFullException first = Assert.Throws<DiskFullException>(() => notes.Save(new Note("lost", "x", 2)));

        Assert.Equal(1, notes.Find("kept")!.Value);
        Assert.Null(notes.Find("lost"));
        Assert.Throws<DiskFullException>(() => notes.Save(new Note("lost", "x", 2)));
        Assert.StartsWith("The disk is full.", first.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ThatTheCallerRefuses_LeavesTheFileOpen()
    {
        using DocumentStore store = _files.Open();
        DocumentCollection<Note> notes = TestStore.Notes(store);
        notes.Save(new Note("kept", "x", 1));
        using var disk = new FaultyDisk(_files.Folder);
        disk.FailAt(1);

        Assert.Throws<FormatException>(() => notes.Change("kept", _ => throw new FormatException()));

        Assert.Equal(1, notes.Find("kept")!.Value);
        Assert.False(disk.HasFailed);
    }

    /// <summary>A few writes of each kind, and what is known of each afterwards: it happened, or it may have.</summary>
    private sealed class Writes(DocumentCollection<Note> notes)
    {
        private const int Absent = -1;
        private readonly Dictionary<string, HashSet<int>> _possible = [];

        public void Seed()
        {
            foreach (string id in new[] { "changed", "removed", "untouched" })
            {
                notes.Save(new Note(id, "seed", 1));
                _possible[id] = [1];
            }
        }

        public void GoOn()
        {
            Try("added", 2, () => notes.Save(new Note("added", "x", 2)));
            Try("changed", 3, () => notes.Change("changed", n => n with { Value = 3 }));
            Try("removed", Absent, () => notes.Remove("removed"));
            // More than one page.
            Try("large", 4, () => notes.Save(new Note("large", new string('x', 50), 4) { Text = new string('y', 40_000) }));
            Try("changed", 5, () => notes.Change("changed", n => n.Value == 3 ? n with { Value = 5 } : n));
        }

        public void Check(string when)
        {
            foreach ((string id, HashSet<int> possible) in _possible)
            {
                int value = notes.Find(id)?.Value ?? Absent;
                Assert.True(possible.Contains(value), $"'{id}' is {value} {when}; it can be {string.Join(" or ", possible)}.");
            }
        }

        private void Try(string id, int value, Action write)
        {
            if (!_possible.TryGetValue(id, out HashSet<int>? possible))
                _possible[id] = possible = [Absent];
            try
            {
                write();
                // Acknowledged: nothing else is possible, unless the change depends on one that may not have happened.
                if (!(id == "changed" && value == 5 && possible.Count > 1))
                    possible.Clear();
                possible.Add(value);
            }
            catch (DiskFullException)
            {
                possible.Add(value);
            }
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using BlazorTransfer.Web.Storage;
using BlazorTransfer.Web.Tests.Storage;

namespace BlazorTransfer.Reliability;

/// <summary>How hard <see cref="WriteSuite"/> is.</summary>
public sealed record WriteOptions
{
    public TimeSpan Length { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Documents of the large database.</summary>
    public int Documents { get; init; } = 50_000;
}

/// <summary>Writes, reads and deletes documents from many threads, and looks at errors, speed, the size of the files and backups.</summary>
public sealed class WriteSuite(WriteOptions options) : IDisposable
{
    private const int Writers = 16;
    private const int Readers = 4;
    private readonly TestStore _files = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly ConcurrentQueue<double> _waits = new();
    private readonly MarkdownTable _table = new();
    private readonly Dictionary<string, int>[] _expected = [.. Enumerable.Range(0, Writers).Select(_ => new Dictionary<string, int>())];
    private long _reads;

    public void Dispose() => _files.Dispose();

    public SuiteResult Run()
    {
        WriteAndRead();
        using (DocumentStore store = _files.Open())
        {
            Compare(store);
            ChangeManyTimes(store);
            BackUp(store);
        }

        return new SuiteResult($"{_table}", [.. _faults]);
    }

    /// <summary>Many writers, readers and deletions at once.</summary>
    private void WriteAndRead()
    {
        using var end = new CancellationTokenSource(options.Length);
        long largestLog = 0;
        var clock = Stopwatch.StartNew();
        using (DocumentStore store = _files.Open())
        {
            DocumentCollection<Note> notes = TestStore.Notes(store);
            Thread[] threads =
            [
                .. Enumerable.Range(0, Writers).Select(w => new Thread(() => Guard(() => Write(notes, w, end.Token)))),
                .. Enumerable.Range(0, Readers).Select(r => new Thread(() => Guard(() => Read(notes, r, end.Token)))),
            ];
            Array.ForEach(threads, t => t.Start());
            string log = DatabaseFile.LogOf(_files.Database);
            while (threads.Any(t => t.IsAlive))
            {
                largestLog = Math.Max(largestLog, ProcessFigures.BytesOf(log));
                Thread.Sleep(5);
            }
        }

        double seconds = clock.Elapsed.TotalSeconds;
        double[] waits = [.. _waits.Order()];
        _table.Add("load", $"{Writers} writers (a tenth of the writes deletes), {Readers} readers, {seconds:0} s; {_reads:N0} reads");
        _table.Check("exceptions", $"{_faults.Count}", _faults.IsEmpty);
        _table.Compare("durable writes a second", $"{waits.Length / seconds:0} (target 500)", waits.Length / seconds >= 500);
        _table.Add("a write, ms", $"p50 {waits[waits.Length / 2]:0.0}, p99 {waits[waits.Length * 99 / 100]:0.0}");
        _table.Check("largest log of the database, KB", $"{largestLog / 1024} (limit 16,384)", largestLog <= 16 << 20);
        if (largestLog > 16 << 20)
            _faults.Enqueue($"The log of the database grew to {largestLog:N0} bytes.");
    }

    private void Write(DocumentCollection<Note> notes, int writer, CancellationToken end)
    {
        var random = new Random(writer);
        Dictionary<string, int> mine = _expected[writer];
        for (int i = 0; !end.IsCancellationRequested; i++)
        {
            long start = Stopwatch.GetTimestamp();
            string? some = mine.Count == 0 ? null : mine.Keys.ElementAt(random.Next(Math.Min(mine.Count, 50)));
            switch (random.Next(10))
            {
                case 0 when some is not null:
                    if (!notes.Remove(some))
                        _faults.Enqueue($"Note {some} could not be removed.");
                    mine.Remove(some);
                    break;
                case < 5 when some is not null:
                    notes.Change(some, n => n with { Value = i });
                    mine[some] = i;
                    break;
                default:
                    var note = new Note($"{writer}-{i}", Owner(writer), i) { Text = new string('x', random.Next(2000)) };
                    notes.Add(note);
                    mine[note.Id] = i;
                    break;
            }

            _waits.Enqueue(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    private void Read(DocumentCollection<Note> notes, int reader, CancellationToken end)
    {
        var random = new Random(reader);
        while (!end.IsCancellationRequested)
        {
            int writer = random.Next(Writers);
            if (random.Next(20) == 0)
            {
                if (notes.FindBy(nameof(Note.Owner), Owner(writer)).Any(n => n.Owner != Owner(writer)))
                    _faults.Enqueue("A note of somebody else was found.");
            }
            else if (notes.Find($"{writer}-{random.Next(1000)}") is { } found && found.Owner != Owner(writer))
            {
                _faults.Enqueue($"Note {found.Id} has another owner.");
            }

            Interlocked.Increment(ref _reads);
            // Readers of pages pause too; without, they would only wait for each other.
            Thread.Sleep(5);
        }
    }

    /// <summary>After the store is opened again, it holds what the writers know.</summary>
    private void Compare(DocumentStore store)
    {
        DocumentCollection<Note> notes = TestStore.Notes(store);
        int wrong = 0;
        for (int w = 0; w < Writers; w++)
        {
            var found = notes.FindBy(nameof(Note.Owner), Owner(w)).ToDictionary(n => n.Id, n => n.Value);
            wrong += found.Count(f => !_expected[w].TryGetValue(f.Key, out int value) || value != f.Value);
            wrong += _expected[w].Keys.Count(id => !found.ContainsKey(id));
        }

        _table.Check("documents that differ from what was acknowledged", $"{wrong} of {_expected.Sum(e => e.Count):N0}", wrong == 0);
        if (wrong > 0)
            _faults.Enqueue($"{wrong} documents differ from what was acknowledged.");
    }

    /// <summary>The file reuses the space of what was deleted, so that it need not be compacted.</summary>
    private void ChangeManyTimes(DocumentStore store)
    {
        DocumentCollection<Note> notes = TestStore.Notes(store);
        var sizes = new List<double>();
        double slowest = 0;
        for (int round = 0; round < 6; round++)
        {
            var clock = Stopwatch.StartNew();
            int number = round;
            notes.ReplaceAll(
                Enumerable
                    .Range(0, options.Documents)
                    .Select(i => new Note($"n{number}-{i}", Owner(i % Writers), i) { Text = new string('y', 200 + ((i + number) % 400)) })
            );
            slowest = Math.Max(slowest, clock.Elapsed.TotalSeconds);
            sizes.Add(ProcessFigures.BytesOf(_files.Database) / 1e6);
        }

        _table.Compare(
            $"all {options.Documents:N0} indexed documents written again, s",
            $"{slowest:0.0} at most (target 10)",
            slowest <= 10
        );
        bool isBounded = sizes[^1] <= sizes[1] * 1.1;
        _table.Check("the file after each time, MB", string.Join(", ", sizes.Select(s => $"{s:0.0}")), isBounded);
        if (!isBounded)
            _faults.Enqueue($"The database grew from {sizes[1]:0.0} to {sizes[^1]:0.0} MB although it holds as much as before.");
    }

    /// <summary>Writers go on while backups are made.</summary>
    private void BackUp(DocumentStore store)
    {
        DocumentCollection<Note> notes = TestStore.Notes(store);
        using var end = new CancellationTokenSource();
        double longest = 0;
        var writer = new Thread(() =>
            Guard(() =>
            {
                for (int i = 0; !end.IsCancellationRequested; i++)
                {
                    long start = Stopwatch.GetTimestamp();
                    notes.Add(new Note($"later-{i}", "later", i));
                    longest = Math.Max(longest, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            })
        );
        writer.Start();
        string copy = Path.Combine(_files.Folder, "copy.db");
        for (int i = 0; i < 5; i++)
        {
            using FileStream target = File.Create(copy);
            store.CopyTo(target);
            target.Flush(flushToDisk: true);
        }

        end.Cancel();
        writer.Join();
        _table.Compare(
            $"longest wait of a writer during 5 backups of {ProcessFigures.BytesOf(copy) / 1e6:0} MB, ms",
            $"{longest:0} (target 500)",
            longest <= 500
        );
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            _faults.Enqueue($"{e.GetType().Name}: {e.Message}");
        }
    }

    private static string Owner(int writer) => $"writer {writer}";
}

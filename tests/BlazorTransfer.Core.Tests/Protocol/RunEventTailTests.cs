using System.Text;
using System.Text.Json;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Tests.Protocol;

public sealed class RunEventTailTests : IDisposable
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("blazortransfer-").FullName, "events.jsonl");

    public void Dispose() => TestFolder.Delete(Path.GetDirectoryName(_file)!);

    [Fact]
    public void ReadOn_AtEveryByteThatAWriterMayHaveReached_GivesEachEventOnceAndInOrder()
    {
        Write(12);
        byte[] whole = File.ReadAllBytes(_file);
        RunEventTail tail = RunEventTail.Start;
        var seen = new List<long>();
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(_file, whole[..length]);
            tail = tail.ReadOn(_file);
            seen.AddRange(tail.Events.Select(e => e.Sequence));
        }

        Assert.Equal(Enumerable.Range(1, 12).Select(n => (long)n), seen);
        Assert.Equal(whole.Length, tail.Position);
    }

    [Fact]
    public void Writer_OnAFileThatAKillCutShort_CutsTheRestOffAndGoesOnCounting()
    {
        Write(3);
        byte[] whole = File.ReadAllBytes(_file);
        File.WriteAllBytes(_file, [.. whole, .. Encoding.UTF8.GetBytes("{\"sequence\":4,\"ti")]);

        Write(2);

        Assert.Equal([1, 2, 3, 4, 5], RunEventTail.All(_file).Select(e => e.Sequence));
        Assert.Equal(whole, File.ReadAllBytes(_file)[..whole.Length]);
    }

    [Fact]
    public void Writer_UsedByManyThreads_NumbersWithoutGaps()
    {
        using (var writer = new RunEventWriter(_file))
            Parallel.For(0, 400, i => writer.Append(Message($"{i}")));

        Assert.Equal(400, RunEventTail.EndOf(_file).LastSequence);
        Assert.Equal(400, RunEventTail.All(_file).Cast<MessageLogged>().Select(m => m.Text).Distinct().Count());
    }

    [Theory]
    [InlineData("nonsense\n")]
    [InlineData("{\"type\":\"a-type-of-tomorrow\",\"sequence\":1}\n")]
    [InlineData("{\"type\":\"message\",\"sequence\":7,\"time\":\"2026-01-01T00:00:00Z\",\"level\":\"warning\",\"text\":\"x\"}\n")]
    public void Read_OfALineThatIsNoNextEvent_SaysWhere(string line)
    {
        File.WriteAllText(_file, line);

        InvalidDataException refusal = Assert.Throws<InvalidDataException>(() => RunEventTail.EndOf(_file));

        Assert.Contains("events.jsonl", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void R13_ALongRecord_IsReadInWindows_EachEventOnce()
    {
        const int count = 9_000;
        WriteLong(count, longest: 1_000);
        RunEventTail tail = RunEventTail.Start;
        int windows = 0;
        long seen = 0;
        do
        {
            long before = tail.Position;
            tail = tail.ReadOn(_file);
            Assert.InRange(tail.Position - before, 1, RunEventTail.WindowBytes);
            Assert.All(tail.Events, e => Assert.Equal(++seen, e.Sequence));
            windows++;
        } while (!tail.IsAtEnd);

        Assert.Equal(count, seen);
        Assert.True(windows > 3, $"{windows} windows");
        Assert.Equal((tail.Position, tail.LastSequence), (RunEventTail.EndOf(_file).Position, RunEventTail.EndOf(_file).LastSequence));
        Assert.Equal(count - 7, RunEventTail.All(_file, after: 7).Count());
        Assert.Equal([count], RunEventTail.All(_file, after: count - 1).Select(e => e.Sequence));
        Assert.Empty(RunEventTail.All(_file, after: count));
    }

    [Fact]
    public void R13_Before_AnyEventOfALongRecord_IsAPlaceBeforeItAndNear()
    {
        const int count = 9_000;
        WriteLong(count, longest: 1_000);

        foreach (long wanted in new long[] { 0, 1, 2, 1_234, 4_500, count - 1, count, count + 5, long.MaxValue })
        {
            RunEventTail place = RunEventTail.Before(_file, wanted);

            Assert.InRange(place.LastSequence, 0, Math.Max(0, Math.Min(wanted, count) - 1));
            // Whatever the record's length: one window holds it.
            RunEventTail read = place.ReadOn(_file);
            Assert.Equal(place.LastSequence + 1, read.Events[0].Sequence);
            Assert.True(read.LastSequence >= Math.Min(wanted, count));
        }
    }

    [Fact]
    public void ALine_LongerThanAWindow_IsReadWhole()
    {
        string text = new('x', 3 * RunEventTail.WindowBytes);
        using (var writer = new RunEventWriter(_file))
        {
            writer.Append(Message("before"));
            writer.Append(Message(text));
            writer.Append(Message("after"));
        }

        Assert.Equal(["before", text, "after"], RunEventTail.All(_file).Cast<MessageLogged>().Select(m => m.Text));
        Assert.Equal([3], RunEventTail.All(_file, after: 2).Select(e => e.Sequence));
    }

    [Fact]
    public void CutOffDamage_BehindTheFirstWindow_FindsIt()
    {
        WriteLong(3_000, longest: 1_000);
        long intact = RunEventTail.EndOf(_file).Position;
        File.AppendAllText(_file, "nonsense\n");

        Assert.Contains($"byte {intact}", RunEventTail.CutOffDamage(_file, _file + ".aside"), StringComparison.Ordinal);
        Assert.Equal(3_000, RunEventTail.EndOf(_file).LastSequence);
    }

    [Fact]
    public void CutOffDamage_InAnyLine_KeepsWhatIsBeforeItAndMovesTheRestAside()
    {
        Write(5);
        string[] lines = File.ReadAllLines(_file);
        string aside = _file + ".aside";
        Assert.Null(RunEventTail.CutOffDamage(_file, aside));
        for (int damaged = 0; damaged < lines.Length; damaged++)
        {
            File.WriteAllLines(_file, lines.Select((line, i) => i == damaged ? line[..10] : line));

            Assert.Contains("events.jsonl", RunEventTail.CutOffDamage(_file, aside), StringComparison.Ordinal);

            Assert.Equal(Enumerable.Range(1, damaged).Select(n => (long)n), RunEventTail.All(_file).Select(e => e.Sequence));
            Assert.Equal(lines.Length - damaged, File.ReadAllLines(aside).Length);
            Write(1);
            Assert.Equal(damaged + 1, RunEventTail.EndOf(_file).LastSequence);
        }
    }

    [Fact]
    public void CancelRequest_MadeTwice_IsTheFirst()
    {
        var folder = new RunFolder(Path.GetDirectoryName(_file)!);
        Assert.Null(folder.ReadCancelRequest());

        RunCancelRequested first = folder.RequestCancel(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        folder.RequestCancel(new DateTimeOffset(2026, 1, 2, 3, 4, 6, TimeSpan.Zero));

        Assert.Equal(first, folder.ReadCancelRequest());
        // As earlier versions wrote it.
        File.WriteAllText(folder.CancelRequest, "");
        Assert.NotNull(folder.ReadCancelRequest());
    }

    [Fact]
    public void StopRequest_MadeTwice_IsTheFirst()
    {
        var folder = new RunFolder(Path.GetDirectoryName(_file)!);
        Assert.Empty(folder.ReadRequests());

        RunStopRequested first = folder.RequestStop(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "Ada");
        folder.RequestStop(new DateTimeOffset(2026, 1, 2, 3, 4, 6, TimeSpan.Zero), "Bob");

        Assert.Equal(first, folder.ReadStopRequest());
        RunCancelRequested cancel = folder.RequestCancel(new DateTimeOffset(2026, 1, 2, 3, 4, 7, TimeSpan.Zero));
        Assert.Equal([first, cancel], folder.ReadRequests());
        // As somebody on the command line makes it.
        File.WriteAllText(folder.StopRequest, "");
        Assert.Null(folder.ReadStopRequest()!.By);
    }

    [Fact]
    public void EveryKindOfEvent_WrittenAndRead_IsTheSame()
    {
        RunEvent[] events =
        [
            Message("line\nbreak, \"quotes\" and ünïcode"),
            new StepCompleted
            {
                Epoch = 1,
                Step = 2,
                Loss = double.NaN,
                LearningRate = 1e-9,
                ImagesPerSecond = double.PositiveInfinity,
                LossParts = new Dictionary<string, double> { ["mmd"] = 0.5 },
            },
            new PhaseProgressed
            {
                Phase = RunPhase.Training,
                Done = 1,
                Total = 2,
                Unit = "images",
                SecondsLeft = 3.5,
            },
            new CheckpointSaved
            {
                Epoch = 1,
                File = "checkpoints/best.safetensors",
                IsBest = true,
            },
            new ArtifactWritten
            {
                File = "artifacts/model.zip",
                Format = "package",
                Bytes = long.MaxValue,
                Sha256 = "ab",
            },
            new RunFinished
            {
                Outcome = RunOutcome.Failed,
                Error = "why",
                Seconds = 1,
            },
            new RunQueued(),
            new AttemptStarted { Attempt = 1 },
            new RunCancelRequested { Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) },
            new RunStopRequested { By = "Ada", Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) },
            new RunDeleted(),
        ];
        RunEvent[] written;
        using (var writer = new RunEventWriter(_file))
            written = [.. events.Select(writer.Append)];

        RunEvent[] read = [.. RunEventTail.All(_file)];

        Assert.Equal(written.Select(e => e.GetType()), read.Select(e => e.GetType()));
        Assert.Equal(((MessageLogged)written[0]).Text, ((MessageLogged)read[0]).Text);
        Assert.True(double.IsNaN(((StepCompleted)read[1]).Loss));
        Assert.Equal(0.5, ((StepCompleted)read[1]).LossParts!["mmd"]);
        Assert.Equal(written[2..], read.Skip(2));
    }

    private void Write(int count)
    {
        using var writer = new RunEventWriter(_file);
        for (int i = 0; i < count; i++)
            writer.Append(Message($"event {i}, ü"));
    }

    /// <summary>Messages of many lengths; steps, which are not flushed, are what makes records long.</summary>
    private void WriteLong(int count, int longest)
    {
        var random = new Random(1);
        IEnumerable<string> lines = Enumerable
            .Range(1, count)
            .Select(n => (RunEvent)(Message(new string('x', random.Next(longest))) with { Sequence = n }))
            .Select(e => JsonSerializer.Serialize(e, ProtocolJson.Line));
        File.WriteAllText(_file, string.Concat(lines.Select(line => line + "\n")));
    }

    private static MessageLogged Message(string text) => new() { Level = MessageLevel.Warning, Text = text };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Append_AfterOneThatAFullDiskRefused_FollowsTheLastEvent(int operation)
    {
        using (var writer = new RunEventWriter(_file))
        {
            writer.Append(new RunQueued());
            // The write of the line, or its flush, after which the line may be whole.
            int left = operation;
            DurableFile.Changing += Refuse;
            Assert.Throws<DiskFullException>(() => writer.Append(new AttemptStarted { Attempt = 1 }));
            DurableFile.Changing -= Refuse;
            writer.Append(new RunDeleted());

            void Refuse(string changed)
            {
                if (changed == _file && --left == 0)
                    throw new IOException("No space left on device", 28);
            }
        }

        RunEvent[] events = [.. RunEventTail.All(_file)];
        Assert.IsType<RunDeleted>(events[^1]);
        Assert.Equal(Enumerable.Range(1, events.Length).Select(n => (long)n), events.Select(e => e.Sequence));
    }
}

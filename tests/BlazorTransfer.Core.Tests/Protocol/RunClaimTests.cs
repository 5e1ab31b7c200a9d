using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Tests.Protocol;

public sealed class RunClaimTests : IDisposable
{
    private readonly RunFolder _folder = new(Directory.CreateTempSubdirectory("blazortransfer-claim-").FullName);

    private readonly string _elsewhere = Directory.CreateTempSubdirectory("blazortransfer-claim-").FullName;

    public void Dispose()
    {
        TestFolder.Delete(_folder.Path);
        TestFolder.Delete(_elsewhere);
    }

    [Fact]
    public void Lock_OfATakenFolder_IsRefused_AndFreeAfterwards()
    {
        using (RunLock.Take(_folder))
        {
            Assert.True(RunLock.IsTaken(_folder));
            Assert.Null(RunLock.TryTake(_folder));
            Assert.Throws<RunTakenException>(() => RunLock.Take(_folder, tries: 2));
        }

        Assert.False(RunLock.IsTaken(_folder));
    }

    [Fact]
    public void Take_WhereAWorkerIsAtWork_Refuses_AndWritesNothing()
    {
        Begin(1);
        using RunClaim first = RunClaim.Take(_folder, 1);
        first.Append(Message("first"));
        string before = Content();

        Assert.Throws<RunTakenException>(() => RunClaim.Take(_folder, 2));

        Assert.Equal(before, Content());
        first.Append(Message("still first"));
    }

    [Theory]
    [InlineData(1, "attempt 2 has begun")]
    [InlineData(2, "has executed attempt 2")]
    public void Take_OfAnAttemptThatIsOver_Refuses_AndWritesNothing(int attempt, string words)
    {
        Begin(1);
        RunClaim.Take(_folder, 1).Dispose();
        Begin(2);
        if (attempt == 2)
            RunClaim.Take(_folder, 2).Dispose();
        string before = Content();

        RunTakenException refusal = Assert.Throws<RunTakenException>(() => RunClaim.Take(_folder, attempt));

        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, Content());
    }

    [Fact]
    public void Take_OfARunThatHasEnded_Refuses()
    {
        using (RunClaim claim = RunClaim.Take(_folder, attempt: null))
            claim.Append(new RunFinished { Outcome = RunOutcome.Succeeded, Seconds = 1 });

        Assert.Throws<RunTakenException>(() => RunClaim.Take(_folder, attempt: null));
    }

    /// <summary>A network drive may give a lock away while its owner is stopped.</summary>
    [Fact]
    public void OlderAttempt_AfterANewerOneBegan_WritesNoFileOfTheRun()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps a file from being replaced while somebody has it open.");
        Begin(1);
        using RunClaim old = RunClaim.Take(_folder, 1);
        old.Append(Message("old"));
        // As another machine does it.
        string elsewhere = Path.Combine(_elsewhere, "events.jsonl");
        File.Copy(_folder.Events, elsewhere);
        using (var newer = new RunEventWriter(elsewhere))
        {
            newer.Append(new AttemptStarted { Attempt = 2 });
            newer.Append(Message("newer"));
        }

        File.Move(elsewhere, _folder.Events, overwrite: true);

        Assert.Throws<RunTakenException>(() => old.Append(Message("late")));
        Assert.Throws<RunTakenException>(() => AtomicFile.WriteAllText(_folder.BestCheckpoint, "late"));

        Assert.False(File.Exists(_folder.BestCheckpoint));
        Assert.Empty(Directory.GetFiles(_folder.Checkpoints));
        Assert.Equal(["old", "newer"], RunEventTail.All(_folder.Events).OfType<MessageLogged>().Select(m => m.Text));
    }

    /// <summary>Between its look and its write a process may be stopped for as long as it takes.</summary>
    [Fact]
    public void After_AWriterThatWritesOn_IsNotDisturbed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps a file from being replaced while somebody has it open.");
        using (var writer = new RunEventWriter(_folder.Events))
            writer.Append(Message("old"));
        using var late = new FileStream(_folder.Events, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);

        using var newer = RunEventWriter.After(_folder.Events);
        late.Write("late"u8);
        newer.Append(Message("newer"));

        Assert.Equal(["old", "newer"], RunEventTail.All(_folder.Events).OfType<MessageLogged>().Select(m => m.Text));
    }

    [Fact]
    public void Append_AfterSomethingElseWroteToTheFile_Refuses()
    {
        using var one = new RunEventWriter(_folder.Events);
        one.Append(Message("one"));
        using (var other = new RunEventWriter(_folder.Events))
            other.Append(Message("other"));

        Assert.True(one.IsOvertaken());
        Assert.Throws<RunTakenException>(() => one.Append(Message("late")));
    }

    [Fact]
    public void Heartbeat_OfAClaim_NamesItsAttempt()
    {
        Assert.Null(Heartbeat.TryRead(_folder.Heartbeat));
        using RunClaim claim = RunClaim.Take(_folder, 3);
        // The thread writes the first one at once.
        SpinWait.SpinUntil(() => Heartbeat.TryRead(_folder.Heartbeat) is not null);

        Assert.Equal(3, Heartbeat.TryRead(_folder.Heartbeat)?.Attempt);
        new Heartbeat(3, 12).Write(_folder.Heartbeat);
        new Heartbeat(3, long.MaxValue).Write(_folder.Heartbeat);
        Assert.Equal(new Heartbeat(3, long.MaxValue), Heartbeat.TryRead(_folder.Heartbeat));
        File.WriteAllText(_folder.Heartbeat, "half a bea");
        Assert.Null(Heartbeat.TryRead(_folder.Heartbeat));
    }

    private void Begin(int attempt)
    {
        using RunEventWriter writer = RunEventWriter.After(_folder.Events);
        writer.Append(new AttemptStarted { Attempt = attempt });
    }

    private static MessageLogged Message(string text) => new() { Level = MessageLevel.Information, Text = text };

    /// <summary>All that lies in the folder, but for the heartbeat, which goes on by itself.</summary>
    private string Content() =>
        string.Join(
            '\n',
            Directory
                .EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)
                .Where(f => f != _folder.Heartbeat && f != _folder.Lock)
                .Order(StringComparer.Ordinal)
                .Select(f => $"{f} {new StreamReader(new FileStream(f, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)).ReadToEnd()}")
        );
}

using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Storage;

/// <summary>A database file that does not hold what was written to it.</summary>
public sealed class DamagedDatabaseTests : IDisposable
{
    private const int Notes = 60;
    private readonly TestStore _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void R09_RandomDamage_IsNoticed_OrHarmless_AndTheFileStaysAsItIs()
    {
        byte[] whole = WriteNotes();
        for (int seed = 0; seed < 60; seed++)
        {
            byte[] damaged = Damage(whole, new Random(seed));
            File.WriteAllBytes(_files.Database, damaged);
            try
            {
                using DocumentStore store = _files.Open();
                Assert.Equal(Expected(), TestStore.Notes(store).All().OrderBy(n => n.Value));
            }
            catch (DamagedDatabaseException e)
            {
                Assert.False(string.IsNullOrWhiteSpace(e.Reason));
                Assert.True(damaged.AsSpan().SequenceEqual(File.ReadAllBytes(_files.Database)), $"Seed {seed}: the file was changed.");
            }
        }
    }

    [Fact]
    public void Document_ChangedInTheFile_IsNoticed_WhereLiteDbNoticesNothing()
    {
        byte[] bytes = WriteNotes();
        int at = bytes.AsSpan().IndexOf("text-31-"u8);
        bytes[at + "text-".Length] = (byte)'4';
        File.WriteAllBytes(_files.Database, bytes);

        DamagedDatabaseException damage = Assert.Throws<DamagedDatabaseException>(_files.Open);

        Assert.Contains("'note31' of 'notes'", damage.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(8192 + 100)]
    public void ShortenedFile_BesideData_IsNoticed(int length)
    {
        byte[] bytes = WriteNotes();
        Directory.CreateDirectory(Path.Combine(_files.Data().Runs, "run1"));
        File.WriteAllBytes(_files.Database, bytes[..length]);

        Assert.Throws<DamagedDatabaseException>(_files.Open);
    }

    [Fact]
    public void MissingFile_BesideData_IsNoticed_AndTheMessageSaysWhatToDo()
    {
        DataFolder data = _files.Data();
        Directory.CreateDirectory(Path.Combine(data.Runs, "run1"));

        DamagedDatabaseException damage = Assert.Throws<DamagedDatabaseException>(_files.Open);
        string message = Startup.Describe(damage, data, new BackupFolder(data, []));

        Assert.Contains("blazortransfer.db is damaged: the file is missing or empty", message, StringComparison.Ordinal);
        Assert.Contains("'BlazorTransfer.Web rebuild'", message, StringComparison.Ordinal);
        Assert.Contains("There is no backup that is whole.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void PartOfAPage_ThatAFullDiskLeftInTheLog_IsCutOff()
    {
        WriteNotes();
        File.WriteAllBytes(DatabaseFile.LogOf(_files.Database), new byte[4096]);

        using DocumentStore store = _files.Open();

        Assert.Equal(Notes, TestStore.Notes(store).Count());
    }

    [Fact]
    public void FileOfALaterFormat_IsRefused()
    {
        using (DocumentStore store = _files.Open())
            store.Write(db => db.UserVersion = DocumentFormat.Current + 1);

        Assert.Contains("later version", Assert.Throws<NewerFormatException>(_files.Open).Message, StringComparison.Ordinal);
    }

    private byte[] WriteNotes()
    {
        using (DocumentStore store = _files.Open())
            TestStore.Notes(store).ReplaceAll(Expected());
        return File.ReadAllBytes(_files.Database);
    }

    private static Note[] Expected() =>
        [
            .. Enumerable
                .Range(0, Notes)
                .Select(i => new Note($"note{i}", $"owner{i % 5}", i) { Text = $"text-{i}-{new string('x', i * 40)}" }),
        ];

    private static byte[] Damage(byte[] whole, Random random)
    {
        byte[] damaged = [.. whole];
        int length = random.Next(3) switch
        {
            0 => 1,
            1 => random.Next(2, 64),
            _ => 4096,
        };
        int at = random.Next(damaged.Length - length);
        if (random.Next(2) == 0)
            damaged.AsSpan(at, length).Clear();
        else
            random.NextBytes(damaged.AsSpan(at, length));
        return damaged;
    }
}

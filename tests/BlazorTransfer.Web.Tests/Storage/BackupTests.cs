using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace BlazorTransfer.Web.Tests.Storage;

public sealed class BackupTests : IDisposable
{
    private readonly TestStore _files = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 27, 9, 30, 0, TimeSpan.Zero));
    private readonly DataFolder _data;
    private readonly BackupFolder _folder;

    public BackupTests()
    {
        _data = _files.Data();
        _folder = new BackupFolder(_data, [new DocumentSchema("notes", [nameof(Note.Owner)])]);
    }

    public void Dispose() => _files.Dispose();

    [Fact]
    public void R11_TenRestores_EachReturnToTheStateOfTheirBackup()
    {
        using (DocumentStore store = _files.Open())
        {
            for (int i = 0; i < 10; i++)
            {
                TestStore.Notes(store).Save(new Note($"note{i}", "x", i) { Text = new string('y', 5000) });
                new Backups(store, _data, _folder, _clock).Create();
                _clock.Advance(TimeSpan.FromHours(1));
            }
        }

        IReadOnlyList<Backup> backups = _folder.List();
        Assert.Equal(10, backups.Count);
        foreach ((int index, Backup backup) in backups.Index())
        {
            Assert.Null(_folder.DamageOf(backup.Path));
            string? aside = _folder.Restore(backup, _clock.GetUtcNow());
            _clock.Advance(TimeSpan.FromMinutes(1));

            Assert.True(File.Exists(Path.Combine(_files.Folder, aside!)));
            using DocumentStore store = _files.Open();
            Assert.Equal(10 - index, TestStore.Notes(store).Count());
        }
    }

    [Fact]
    public async Task R11_WriterDuringABackup_WaitsForTheCopyOnly()
    {
        using DocumentStore store = _files.Open();
        DocumentCollection<Note> notes = TestStore.Notes(store);
        using var copied = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        using var disk = new PausingDisk(_data.Backups, copied, goOn);

        // Held between the copy and its final name.
        Task<Backup> backup = Task.Run(() => new Backups(store, _data, _folder, _clock).Create());
        await TestApp.WaitForAsync(() => copied.IsSet);
        notes.Save(new Note("meanwhile", "x", 1));
        goOn.Set();

        Assert.Null(_folder.DamageOf((await backup).Path));
        Assert.Equal(1, notes.Count());
    }

    [Fact]
    public void Prune_KeepsTheLastHoursAndDays()
    {
        for (int hour = 0; hour < 24 * 10; hour++)
            File.WriteAllText(_folder.PathFor(_clock.GetUtcNow().AddHours(-hour)), "");

        _folder.Prune();

        var midnight = new DateTimeOffset(_clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        DateTimeOffset[] expected =
        [
            .. Enumerable
                .Range(0, BackupFolder.HoursKept)
                .Select(h => _clock.GetUtcNow().AddHours(-h))
                // Of each day before, the last hour.
                .Concat(Enumerable.Range(1, BackupFolder.DaysKept - 1).Select(d => midnight.AddDays(1 - d).AddMinutes(-30)))
                .Distinct()
                .OrderDescending(),
        ];
        Assert.Equal(expected, _folder.List().Select(b => b.Time));
    }

    [Fact]
    public void NewestWhole_SkipsADamagedBackup()
    {
        using (DocumentStore store = _files.Open())
        {
            TestStore.Notes(store).Save(new Note("note", "x", 1));
            var backups = new Backups(store, _data, _folder, _clock);
            backups.Create();
            _clock.Advance(TimeSpan.FromHours(1));
            File.WriteAllText(backups.Create().Path, "no database");
        }

        Assert.Equal(_folder.List()[1], _folder.NewestWhole());
    }

    [Fact]
    public async Task HourlyBackups_CopyAtStart_AndEveryHour()
    {
        using DocumentStore store = _files.Open();
        using var hourly = new HourlyBackups(
            new Backups(store, _data, _folder, _clock),
            _folder,
            _clock,
            NullLogger<HourlyBackups>.Instance
        );
        await hourly.StartAsync(CancellationToken.None);
        for (int expected = 1; expected <= 3; expected++)
        {
            // The clock is moved again and again, since the pause may begin after it was moved.
            await TestApp.WaitForAsync(() =>
            {
                if (_folder.List().Count >= expected)
                    return true;
                _clock.Advance(TimeSpan.FromMinutes(10));
                return false;
            });
        }

        await hourly.StopAsync(CancellationToken.None);
        Backup[] made = [.. _folder.List().Take(3)];
        Assert.All(made.Zip(made.Skip(1)), pair => Assert.True(pair.First.Time - pair.Second.Time >= TimeSpan.FromHours(1)));
    }
}

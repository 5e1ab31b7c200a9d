namespace BlazorTransfer.Web.Tests.Storage;

/// <summary>What a killed process leaves behind.</summary>
public sealed class SweepTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-sweep-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void R14_Start_DeletesUnfinishedFiles_AndRunFoldersThatWereNeverComplete()
    {
        using (var first = new TestApp(_folder))
            _ = first.Factory.Services;
        string[] unfinished =
        [
            .. new[] { "", "images/ab", "datasets/d1", "weights", "thumbnails/ab", "documents/projects", "backups" }.Select(f =>
                Path.Combine(_folder, f, $"x.{Guid.NewGuid():N}.tmp")
            ),
            Path.Combine(_folder, "backups", "blazortransfer-20261127T090000Z.db.tmp"),
            Path.Combine(_folder, "runs", "run1", "job.json"),
        ];
        string[] kept = [Path.Combine(_folder, "weights", "copied-by-somebody.tmp"), Path.Combine(_folder, "images", "ab", "x.jpg")];
        foreach (string file in unfinished.Concat(kept))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, "");
        }

        using var app = new TestApp(_folder);
        _ = app.Factory.Services;

        Assert.All(unfinished, file => Assert.False(File.Exists(file), file));
        Assert.All(kept, file => Assert.True(File.Exists(file), file));
        Assert.False(Directory.Exists(Path.Combine(_folder, "runs", "run1")));
    }
}

using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Core.Protocol;
using CsCheck;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class ChangeFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-changes-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "v1.changes.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void RandomChanges_OpenedAgain_GiveTheSameState() =>
        WorkingCopyData
            .Changes(LabelKind.MultiLabel)
            .Sample(
                changes =>
                {
                    File.Delete(Path);
                    Write(changes);
                    WorkingCopy start = WorkingCopy.Open(WorkingCopyData.Random(LabelKind.MultiLabel));
                    return WorkingCopyData.Text(start.With(changes)) == WorkingCopyData.Text(start.With(ChangeFile.Open(Path).Changes));
                },
                iter: 50,
                threads: 1
            );

    [Fact]
    public void FileCutAnywhere_OpensWithTheWholeChanges_AndGoesOn()
    {
        DatasetChange[] changes = [.. Enumerable.Range(1, 4).Select(i => new ClassAdded($"蚂蚁 {i}") { Number = i, UserId = "u" })];
        Write(changes);
        byte[] whole = File.ReadAllBytes(Path);
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(Path, whole[..length]);

            (ChangeFile file, IReadOnlyList<DatasetChange> read) = ChangeFile.Open(Path);

            Assert.Equal(whole[..length].Count(b => b == '\n'), read.Count);
            file.Append(new ClassAdded("next") { Number = read.Count + 1 });
            IReadOnlyList<DatasetChange> after = ChangeFile.Open(Path).Changes;
            Assert.Equal([.. read.Select(c => c.Number), read.Count + 1], after.Select(c => c.Number));
        }
    }

    [Fact]
    public void DamagedLine_InTheMiddle_IsTold_AndAtTheEnd_IsIgnored()
    {
        Write([new ClassAdded("ants") { Number = 1 }, new ClassAdded("bees") { Number = 2 }]);
        string[] lines = File.ReadAllLines(Path);

        File.WriteAllText(Path, $"{lines[0]}\n\0\0\0\0\n");
        Assert.Single(ChangeFile.Open(Path).Changes);
        File.WriteAllText(Path, $"\0\0\n{lines[1]}\n");
        Assert.Contains("byte 0", Assert.Throws<InvalidDataException>(() => ChangeFile.Open(Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Append_ThatTheDiskRefuses_LeavesTheFileAsItWas()
    {
        (ChangeFile file, _) = ChangeFile.Open(Path);
        file.Append(new ClassAdded("ants") { Number = 1 });
        byte[] before = File.ReadAllBytes(Path);
        foreach (int failing in new[] { 1, 2 })
        {
            int operations = 0;
            void Fail(string path)
            {
                if (path == Path && ++operations == failing)
                    throw new DiskFullException(new IOException("full"));
            }

            DurableFile.Changing += Fail;
            try
            {
                Assert.Throws<DiskFullException>(() => file.Append(new ClassAdded("bees") { Number = 2 }));
            }
            finally
            {
                DurableFile.Changing -= Fail;
            }

            Assert.Equal(before, File.ReadAllBytes(Path));
        }

        file.Append(new ClassAdded("bees") { Number = 2 });
        Assert.Equal(2, ChangeFile.Open(Path).Changes.Count);
    }

    private void Write(IEnumerable<DatasetChange> changes)
    {
        (ChangeFile file, _) = ChangeFile.Open(Path);
        foreach (DatasetChange change in changes)
            file.Append(change);
    }
}

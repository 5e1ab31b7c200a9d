using System.Text.Json;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Datasets.Versions;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using BlazorTransfer.Web.Tests.Storage;

namespace BlazorTransfer.Web.Tests.Datasets.Versions;

public sealed class PublishTests : IAsyncLifetime
{
    // Two images more than usual, so that one of each class can go.
    private static readonly (string, byte[])[] Files =
    [
        .. TestZip.TwoClasses(),
        ("a/3.jpg", TestZip.Jpeg(90)),
        ("b/3.jpg", TestZip.Jpeg(230)),
    ];
    private VersionedData _data = null!;

    public async ValueTask InitializeAsync() => _data = await VersionedData.CreateAsync(Files);

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Publish_MakesAVersionOfTheWorkingCopy_AndTheOneBeforeStays()
    {
        string before = await File.ReadAllTextAsync(VersionFiles.Manifest(1));
        string excluded = Training("a");
        _data.Change(new SamplesExcluded([excluded]));
        _data.Change(new ClassRenamed("b", "bees"));
        _data.Change(new SamplesTagged([Training("bees")], "light", "warm"));

        BackgroundJob job = await _data.PublishAsync(" Bees at last. ");

        Assert.Equal(JobState.Succeeded, job.State);
        DatasetVersion version = _data.Dataset.Latest;
        Assert.Equal((2, "Bees at last.", 5, 1), (version.Number, version.Note, version.Images, version.Excluded));
        Assert.Equal(UserClaims.IdOf(_data.Ada), version.AuthorId);
        DatasetManifest manifest = DatasetManifest.Load(VersionFiles.Manifest(2));
        Assert.Equal(["a", "bees"], manifest.Classes);
        Assert.Equal(VersionHash.Of(manifest), version.Hash);
        Assert.NotEqual(_data.Dataset.Version(1)!.Hash, version.Hash);
        Assert.Equal([new TagCount("light", "warm", 1)], version.Tags);
        Assert.Equal(before, await File.ReadAllTextAsync(VersionFiles.Manifest(1)));
        // The excluded one is still there, and can come back.
        Assert.True(_data.Copy.Summary.IsEmpty);
        Assert.Equal([excluded], _data.Copy.Keys(new SampleFilter { IsExcluded = true }));
        _data.Change(new SamplesExcluded([excluded], IsExcluded: false));
        Assert.Equal(1, _data.Copy.Summary.Included);
        // Earlier changes are part of the history.
        Assert.Equal([1, 2], _data.Workspaces.History(_data.Ada, _data.Project.Id, _data.DatasetId, excluded).Select(c => c.Version));
    }

    [Fact]
    public void Publish_OfWhatCannotTrain_IsRefused_AndOfUnlabelledImages_IsNot()
    {
        Assert.Contains("Nothing has changed", Refusal(), StringComparison.Ordinal);
        _data.Change(new ClassRemoved("b"));
        Assert.Contains("Only the class 'a' has images", Refusal(), StringComparison.Ordinal);
        _data.Change(new ClassRemoved("a"));

        Assert.NotNull(_data.Versions.Publish(_data.Ada, _data.Project.Id, _data.DatasetId, ""));

        string Refusal() =>
            Assert.Throws<RefusedException>(() => _data.Versions.Publish(_data.Ada, _data.Project.Id, _data.DatasetId, "")).Message;
    }

    [Fact]
    public async Task Publish_FailingAtEachStep_LeavesTheOldStateOrTheNewOne()
    {
        using var disk = new FaultyDisk(_data.App.DataFolder);
        bool failed = true;
        int steps = 0,
            published = 0;
        while (failed)
        {
            Dataset before = _data.Dataset;
            _data.Change(new SamplesTagged([Training("a")], "step", $"{++steps}"));
            string expected = VersionHash.Of(_data.Copy.ClassTask, _data.Copy.Samples());
            disk.FailAt(steps, isLasting: false);
            Exception? failure = await Record.ExceptionAsync(() => RunAsync($"job{steps}", before.Latest.Number));
            failed = disk.HasFailed;
            disk.Repair();

            // What a start after a kill would find.
            _data.Workspaces.Drop(_data.DatasetId);
            Dataset after = _data.Dataset;
            Assert.Equal(expected, VersionHash.Of(_data.Copy.ClassTask, _data.Copy.Samples()));
            bool isNew = after.Latest.Number > before.Latest.Number;
            Assert.Equal(isNew, _data.Copy.Summary.IsEmpty);
            if (isNew)
                Assert.Equal(expected, after.Latest.Hash);
            Assert.True(failure is not null || isNew, $"Step {steps} did neither fail nor publish.");
            _data.App.Get<DocumentCollection<Dataset>>().Rebuild();
            Assert.Equal(JsonSerializer.Serialize(after, ProtocolJson.Line), JsonSerializer.Serialize(_data.Dataset, ProtocolJson.Line));
            published += isNew ? 1 : 0;
        }

        Assert.True(steps > 3, $"Only {steps} steps were tried.");
        Assert.True(published > 0);
    }

    [Fact]
    public async Task Publish_StartedAgainAfterItWasDone_PublishesNothingMore()
    {
        _data.Change(new ClassAdded("c"));

        await RunAsync("job", 1);
        await RunAsync("job", 1);

        Assert.Equal(2, _data.Dataset.Versions.Count);
        // Another one that was queued meanwhile has nothing to say any more.
        await Assert.ThrowsAsync<RefusedException>(() => RunAsync("other", 1));
    }

    [Fact]
    public async Task Change_WhileAVersionIsWritten_IsPartOfIt()
    {
        _data.Change(new ClassAdded("c"));
        string manifest = VersionFiles.Manifest(2);
        int changes = 0;
        void ChangeOnce(string path)
        {
            if (path.StartsWith(manifest, StringComparison.Ordinal) && Interlocked.Increment(ref changes) == 1)
                _data.Change(new ClassAdded("d"));
        }

        DurableFile.Changing += ChangeOnce;
        try
        {
            await RunAsync("job", 1);
        }
        finally
        {
            DurableFile.Changing -= ChangeOnce;
        }

        Assert.Equal(["a", "b", "c", "d"], DatasetManifest.Load(manifest).Classes);
        Assert.True(_data.Copy.Summary.IsEmpty);
    }

    [Fact]
    public async Task Versions_AreCompared_AndTheWorkingCopyGoesBack()
    {
        string removed = Training("b");
        _data.Change(new SamplesLabelled([Training("a")], ["b"]));
        _data.Change(new SamplesRemoved([removed]));
        await _data.PublishAsync();

        WorkingCopy comparison = _data.Versions.Compare(_data.Ada, _data.Project.Id, _data.DatasetId, 1, 2);
        VersionDrift drift = _data.Versions.Since(_data.Ada, _data.Project.Id, _data.DatasetId, 1);
        Assert.Equal((1, 1), (drift.VersionsAhead, drift.Differences[DifferenceKind.Relabelled]));
        Assert.Equal((1, 1), (drift.Differences[DifferenceKind.Removed], comparison.Differences(DifferenceKind.Removed, 0, 9).Total));
        Assert.False(_data.Versions.Since(_data.Ada, _data.Project.Id, _data.DatasetId, 2).HasChanged);

        DatasetChange back = _data.Versions.Restore(_data.Ada, _data.Project.Id, _data.DatasetId, 1);
        Assert.Equal(_data.Dataset.Version(1)!.Hash, VersionHash.Of(_data.Copy.ClassTask, _data.Copy.Samples()));
        Assert.True(_data.Versions.Since(_data.Ada, _data.Project.Id, _data.DatasetId, 2).HasChanged);
        _data.Workspaces.Undo(_data.Ada, _data.Project.Id, _data.DatasetId, back.Number);
        Assert.True(_data.Copy.Summary.IsEmpty);
    }

    [Fact]
    public async Task DeletedDataset_LeavesImagesThatAnotherOneNeeds_AndTakesItsOwn()
    {
        DatasetService datasets = _data.App.Get<DatasetService>();
        Dataset other = await _data.App.ImportDatasetAsync(_data.Ada, _data.Project.Id, [.. Files, ("b/4.jpg", TestZip.Jpeg(250))]);
        DatasetManifest theirs = datasets.Manifest(_data.Ada, _data.Project.Id, other.Id, 1);
        Sample added = theirs.Samples.Single(s => s.Name == "b/4.jpg");
        _data.Change(new SamplesAdded([added]));
        _data.Change(new SamplesRemoved([Training("a")]));
        await _data.PublishAsync();
        string[] images = [.. theirs.Samples.Select(s => Path.Combine(_data.App.Get<DataFolder>().Images, s.File))];

        datasets.Delete(_data.Ada, _data.Project.Id, other.Id);
        Assert.All(images, image => Assert.True(File.Exists(image), image));
        Assert.Equal(
            added.File,
            (await datasets.ImageAsync(_data.Ada, _data.Project.Id, _data.DatasetId, added.Sha256, thumbnail: false)).Path[
                ^added.File.Length..
            ]
        );

        datasets.Delete(_data.Ada, _data.Project.Id, _data.DatasetId);
        Assert.All(images, image => Assert.False(File.Exists(image), image));
    }

    private VersionFiles VersionFiles => new(_data.App.Get<DataFolder>(), _data.DatasetId);

    private string Training(string label) =>
        _data.Copy.Keys(
            new SampleFilter
            {
                Class = label,
                Split = Split.Train,
                IsExcluded = false,
            }
        )[0];

    /// <summary>Runs a publication as the engine would.</summary>
    private Task RunAsync(string jobId, int baseVersion)
    {
        IJobKind kind = _data.App.Get<PublishJob>();
        var job = new BackgroundJob
        {
            Id = jobId,
            Kind = kind.Name,
            OwnerId = UserClaims.IdOf(_data.Ada),
            ProjectId = _data.Project.Id,
            Subject = _data.DatasetId,
            Title = "Publish",
            Input = JsonSerializer.SerializeToElement(new PublishInput(_data.DatasetId, baseVersion, ""), ProtocolJson.Line),
            CreatedAt = default,
        };
        return Task.Run(() => kind.RunAsync(new LiveJob(job, kind, null, _ => { }), "", CancellationToken.None));
    }
}

using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using CsCheck;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class WorkingCopyTests
{
    private static readonly DatasetManifest Insects = WorkingCopyData.Manifest(
        ["ants", "bees"],
        ("a1.jpg", "ants", Split.Train),
        ("A2.jpg", "ants", Split.Validation),
        ("b1.jpg", "bees", Split.Train),
        ("b2.jpg", null, Split.Train)
    );

    private readonly WorkingCopy _copy = WorkingCopy.Open(Insects);

    [Fact]
    public void Query_EachCondition_FindsWhatMeetsIt()
    {
        WorkingCopy copy = _copy.With([
            new SamplesTagged([Key("a1.jpg")], "light", "warm") { Number = 1 },
            new SamplesExcluded([Key("b1.jpg")]) { Number = 2 },
        ]);

        Assert.Equal(["a1.jpg", "A2.jpg"], Names(copy, new SampleFilter { Class = "ants" }));
        Assert.Empty(Names(copy, new SampleFilter { Class = "wasps" }));
        Assert.Equal(["b2.jpg"], Names(copy, new SampleFilter { IsUnlabelled = true }));
        Assert.Equal(["A2.jpg"], Names(copy, new SampleFilter { Split = Split.Validation }));
        Assert.Equal(["a1.jpg"], Names(copy, new SampleFilter { Tag = new SampleTag("light", "warm") }));
        Assert.Equal(["a1.jpg", "A2.jpg"], Names(copy, new SampleFilter { NameContains = "a" }));
        Assert.Equal(["b1.jpg"], Names(copy, new SampleFilter { IsExcluded = true }));
        Assert.Equal(["a1.jpg", "b1.jpg"], Names(copy, new SampleFilter { IsChanged = true }));
        Assert.Equal(["b2.jpg"], Names(copy, new SampleFilter { Keys = [Key("b2.jpg"), "unknown", "bad@1,2"] }));
        Assert.Equal(["a1.jpg"], Names(copy, new SampleFilter { Class = "ants", Split = Split.Train }));
        Assert.Equal([Key("b2.jpg")], copy.Keys(new SampleFilter { IsUnlabelled = true }));
    }

    [Fact]
    public void Query_EachOrder_SortsAndPages()
    {
        WorkingCopy copy = _copy.With(new SamplesMoved([Key("b1.jpg")], Split.Test) { Number = 1 });

        Assert.Equal(["a1.jpg", "A2.jpg", "b1.jpg", "b2.jpg"], Ordered(SampleOrder.Imported));
        Assert.Equal(["A2.jpg", "a1.jpg", "b1.jpg", "b2.jpg"], Ordered(SampleOrder.Name));
        Assert.Equal(["b2.jpg", "b1.jpg", "a1.jpg", "A2.jpg"], Ordered(SampleOrder.NameDescending));
        Assert.Equal(["b2.jpg", "a1.jpg", "A2.jpg", "b1.jpg"], Ordered(SampleOrder.Class));
        Assert.Equal(["a1.jpg", "b2.jpg", "A2.jpg", "b1.jpg"], Ordered(SampleOrder.Split));
        Assert.Equal(["b1.jpg", "a1.jpg", "A2.jpg", "b2.jpg"], Ordered(SampleOrder.LastChanged));
        SamplePage page = copy.Query(SampleFilter.All, SampleOrder.Name, 1, 2);
        Assert.Equal((4, "a1.jpg"), (page.Total, page.Entries[0].Sample.Name));
        Assert.Equal(2, copy.PlaceOf(Key("b1.jpg"), SampleFilter.All, SampleOrder.Name));

        string[] Ordered(SampleOrder order) => [.. copy.Query(SampleFilter.All, order, 0, 9).Entries.Select(e => e.Sample.Name)];
    }

    [Fact]
    public void RenamedClass_ToTheNameOfAnother_MergesBoth_AndTheOrderOfOthersStays()
    {
        WorkingCopy copy = _copy.With([
            new ClassAdded("wasps") { Number = 1 },
            new SamplesLabelled([Key("b2.jpg")], ["wasps"]) { Number = 2 },
            new ClassRenamed("ants", "insects") { Number = 3 },
            new ClassRenamed("bees", "wasps") { Number = 4 },
        ]);

        Assert.Equal(["insects", "wasps"], copy.Classes);
        Assert.Equal(["b1.jpg", "b2.jpg"], Names(copy, new SampleFilter { Class = "wasps" }));
        Assert.Equal(new ClassCount("wasps", 2, 0, 0), copy.Counts.Classes[1]);
        Assert.Equal(new ChangeSummary(2, 0, 0, 0, 0, 0, 0, 3), copy.Summary);
    }

    [Fact]
    public void RemovedClass_LeavesItsImagesUnlabelled_AndUndoBringsBoth()
    {
        WorkingCopy removed = _copy.With(new ClassRemoved("ants") { Number = 1 });
        Assert.Equal((3, 1), (removed.Counts.Unlabelled, removed.Classes.Count));

        WorkingCopy undone = removed.With(new ChangeTakenBack(1) { Number = 2 });

        Assert.Equal(["ants", "bees"], undone.Classes);
        Assert.True(undone.Summary.IsEmpty);
    }

    [Fact]
    public void MultiLabel_AddAndRemove_KeepTheOtherLabels()
    {
        Sample sample = WorkingCopyData.Sample("1.jpg", null, Split.Train) with { Labels = ["cat", "dog"] };
        WorkingCopy copy = WorkingCopy.Open(new DatasetManifest(["cat", "dog", "sofa"], [sample]) { Kind = LabelKind.MultiLabel });

        copy = copy.With(new SamplesLabelled([sample.Key], ["sofa"], LabelEdit.Add) { Number = 1 });
        Assert.Equal(["cat", "dog", "sofa"], copy.Find(sample.Key)!.Sample.Labels!);
        copy = copy.With(new SamplesLabelled([sample.Key], ["dog"], LabelEdit.Remove) { Number = 2 });
        Assert.Equal(["cat", "sofa"], copy.Find(sample.Key)!.Sample.Labels!);
        copy = copy.With(new ClassRenamed("cat", "sofa") { Number = 3 });
        Assert.Equal(["sofa"], copy.Find(sample.Key)!.Sample.Labels!);
        // None of the classes is an answer too, and another one than nobody knows.
        copy = copy.With(new SamplesLabelled([sample.Key], []) { Number = 4 });
        Assert.Empty(copy.Find(sample.Key)!.Sample.Labels!);
        Assert.Equal(0, copy.Counts.Unlabelled);
        copy = copy.With(new SamplesLabelled([sample.Key], null) { Number = 5 });
        Assert.Null(copy.Find(sample.Key)!.Sample.Labels);
    }

    [Fact]
    public void Undo_OfAnEarlierChange_KeepsLaterOnes_AndRedoBringsItBack()
    {
        WorkingCopy copy = _copy.With([
            new SamplesLabelled([Key("a1.jpg")], ["bees"]) { Number = 1, UserId = "u" },
            new SamplesMoved([Key("a1.jpg")], Split.Test) { Number = 2, UserId = "u" },
            new ChangeTakenBack(1) { Number = 3, UserId = "u" },
        ]);
        Assert.Equal(("ants", Split.Test), (Of(copy).Label, Of(copy).Split));
        Assert.Equal((2, 3), (copy.NextUndo("u"), copy.NextRedo("u")));
        Assert.Null(copy.NextUndo("other"));

        copy = copy.With(new ChangeTakenBack(3) { Number = 4, UserId = "u" });

        Assert.Equal(("bees", Split.Test), (Of(copy).Label, Of(copy).Split));
        Assert.Equal((1, (int?)null), (copy.NextUndo("u"), copy.NextRedo("u")));
        Assert.Equal([false, false, true, false], copy.Changes().Select(c => c.IsTakenBack));
        Assert.Equal([1, 2], copy.History(Key("a1.jpg")).Select(h => h.Change.Number));

        Sample Of(WorkingCopy state) => state.Find(Key("a1.jpg"))!.Sample;
    }

    [Fact]
    public void AddedSample_OfARemovedOne_HasItsFileAndTheNewLabel()
    {
        Sample region = WorkingCopyData.Sample("a1.jpg", "bees", Split.Test) with { Region = new PixelArea(1, 2, 3, 4) };
        Sample again = WorkingCopyData.Sample("b1.jpg", "wasps", Split.Test);
        WorkingCopy copy = _copy.With([
            new SamplesRemoved([Key("b1.jpg")]) { Number = 1 },
            new SamplesAdded([region, again, again]) { Number = 2 },
        ]);

        Assert.Equal(5, copy.Query(SampleFilter.All, SampleOrder.Imported, 0, 9).Total);
        Assert.Equal(region.Region, copy.Find(region.Key)!.Sample.Region);
        Assert.Equal("ants", copy.Find(Key("a1.jpg"))!.Sample.Label);
        Assert.Equal(["ants", "bees", "wasps"], copy.Classes);
        Assert.Equal(("wasps", Split.Test), (copy.Find(again.Key)!.Sample.Label, copy.Find(again.Key)!.Sample.Split));
        Assert.Equal(new ChangeSummary(1, 1, 0, 0, 0, 1, 0, 1), copy.Summary);
        Assert.Equal([region.Key], copy.Differences(DifferenceKind.Added, 0, 9).Differences.Select(d => d.After!.Key));
    }

    [Fact]
    public void RestoredVersion_IsThatVersion_AndComparesWithTheCurrentOne()
    {
        DatasetManifest before = WorkingCopyData.Manifest(
            ["bees", "wasps"],
            ("a1.jpg", "wasps", Split.Train),
            ("b1.jpg", "bees", Split.Test),
            ("c1.jpg", "bees", Split.Train)
        );
        WorkingCopy copy = WorkingCopy
            .Open(new VersionReader(ManifestReader.Of(Insects)), _ => new VersionReader(ManifestReader.Of(before)))
            .With([new ClassRenamed("ants", "wasps") { Number = 1 }, new VersionRestored(1) { Number = 2 }]);

        Assert.Equal(VersionHash.Of(before), VersionHash.Of(copy.ClassTask, copy.Samples()));
        Assert.Equal(1, copy.DifferenceCounts()[DifferenceKind.Added]);
        Assert.Equal(2, copy.DifferenceCounts()[DifferenceKind.Removed]);
        Assert.Equal(1, copy.DifferenceCounts()[DifferenceKind.Moved]);
        SampleDifference relabelled = Assert.Single(copy.Differences(DifferenceKind.Relabelled, 0, 9).Differences);
        Assert.Equal(("ants", "wasps"), (relabelled.Before!.Label, relabelled.After!.Label));
    }

    [Theory]
    [InlineData(LabelKind.SingleLabel)]
    [InlineData(LabelKind.MultiLabel)]
    public void RandomChanges_FoldedAtOnceOrOneByOne_AreTheSame_AndUndoOfAllIsTheBase(LabelKind kind) =>
        WorkingCopyData
            .Changes(kind)
            .Sample(changes =>
            {
                WorkingCopy start = WorkingCopy.Open(WorkingCopyData.Random(kind)),
                    oneByOne = start;
                foreach (DatasetChange change in changes)
                    oneByOne = oneByOne.With(change);
                WorkingCopy atOnce = start.With(changes);
                string state = WorkingCopyData.Text(oneByOne);
                if (state != WorkingCopyData.Text(atOnce))
                    return false;
                // The last one first, as somebody would who undoes everything.
                WorkingCopy undone = oneByOne;
                for (int number = oneByOne.LastChange; number > 0; number--)
                {
                    if (undone.IsInForce(number))
                        undone = undone.With(new ChangeTakenBack(number) { Number = undone.LastChange + 1 });
                }

                return undone.Summary.IsEmpty && WorkingCopyData.Text(undone) == WorkingCopyData.Text(start);
            });

    private static string Key(string name) => WorkingCopyData.Sample(name, null, Split.Train).Key;

    private static IEnumerable<string> Names(WorkingCopy copy, SampleFilter filter) =>
        copy.Query(filter, SampleOrder.Imported, 0, 100).Entries.Select(e => e.Sample.Name);
}

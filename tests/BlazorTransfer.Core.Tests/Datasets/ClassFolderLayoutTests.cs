using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class ClassFolderLayoutTests
{
    [Fact]
    public void Of_ClassFolders_TakesTheFolderAsTheLabelAndNoSplit()
    {
        ClassFolderLayout layout = ClassFolderLayout.Of(["ants/1.jpg", "bees/2.jpg"]);

        Assert.Equal([("ants", null), ("bees", null)], layout.Placed.Select(p => (p.Label, p.Split)));
        Assert.Empty(layout.Rejected);
    }

    [Fact]
    public void Of_SplitFoldersBelowAWrappingFolder_TakesBothSplitAndLabel()
    {
        ClassFolderLayout layout = ClassFolderLayout.Of(["set/train/ants/1.jpg", "set/val/ants/2.jpg", "set/test/bees/3.jpg"]);

        Assert.Equal(
            [("bees", Split.Test), ("ants", Split.Train), ("ants", Split.Validation)],
            layout.Placed.Select(p => (p.Label, p.Split!.Value)));
    }

    [Fact]
    public void Of_FilesOutsideAClassFolder_AreRejectedWithTheReasonAndLitterIsIgnored()
    {
        ClassFolderLayout layout = ClassFolderLayout.Of(["loose.jpg", "ants/1.jpg", "ants/.hidden.jpg", "__MACOSX/ants/1.jpg", "ants/Thumbs.db"]);

        Assert.Single(layout.Placed);
        Assert.Equal(["ants/.hidden.jpg", "loose.jpg"], layout.Rejected.Select(r => r.Name).Order(StringComparer.Ordinal));
        Assert.All(layout.Rejected, r => Assert.NotEmpty(r.Reason));
    }
}

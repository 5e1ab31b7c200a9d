using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;

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
            layout.Placed.Select(p => (p.Label, p.Split!.Value))
        );
    }

    [Fact]
    public void Of_FilesOutsideAClassFolder_AreRejectedWithTheReasonAndLitterIsIgnored()
    {
        ClassFolderLayout layout = ClassFolderLayout.Of([
            "loose.jpg",
            "ants/1.jpg",
            "ants/.hidden.jpg",
            "__MACOSX/ants/1.jpg",
            "ants/Thumbs.db",
        ]);

        Assert.Single(layout.Placed);
        Assert.Equal(["ants/.hidden.jpg", "loose.jpg"], layout.Rejected.Select(r => r.Name).Order(StringComparer.Ordinal));
        Assert.All(layout.Rejected, r => Assert.NotEmpty(r.Reason.English));
    }

    [Theory]
    [InlineData("photo/dog/1.jpg", "photo", "dog", null)]
    [InlineData("set/photo/dog/1.jpg", "photo", "dog", null)]
    [InlineData("photo/train/dog/1.jpg", "photo", "dog", Split.Train)]
    [InlineData("set/v1/photo/val/dog/deeper/1.jpg", "photo", "dog", Split.Validation)]
    [InlineData("test/photo/dog/1.jpg", "photo", "dog", Split.Test)]
    [InlineData("set/train/photo/dog/1.jpg", "photo", "dog", Split.Train)]
    public void Of_DomainFolders_TakesDomainClassAndSplit(string name, string domain, string label, Split? split)
    {
        string other = name.Replace("photo", "sketch", StringComparison.Ordinal);

        ClassFolderLayout layout = ClassFolderLayout.Of([name, other], ImportLayout.Domains);

        Assert.Equal([new PlacedFile(name, label, split, domain), new PlacedFile(other, label, split, "sketch")], layout.Placed);
        Assert.Empty(layout.Rejected);
    }

    [Fact]
    public void Of_DomainsOfWhichOneHasSplits_TakesEachAsItIs()
    {
        ClassFolderLayout layout = ClassFolderLayout.Of(
            ["photo/train/dog/1.jpg", "photo/val/dog/2.jpg", "photo/dog/3.jpg", "sketch/dog/4.jpg"],
            ImportLayout.Domains
        );

        Assert.Equal(
            [("photo", Split.Train), ("photo", Split.Validation), ("sketch", null)],
            layout.Placed.Select(p => (p.Domain, p.Split))
        );
        RejectedFile rejected = Assert.Single(layout.Rejected);
        Assert.Equal(
            ("photo/dog/3.jpg", "It lies outside the train, val and test folders of the domain 'photo'."),
            (rejected.Name, rejected.Reason)
        );
    }

    [Fact]
    public void Of_DomainFolders_RejectsWhatHasNoDomainOrNoClass()
    {
        ClassFolderLayout layout = ClassFolderLayout.Of(
            ["photo/dog/1.jpg", "photo/loose.jpg", "photo/dog/.hidden.jpg", "sketch/dog/.DS_Store", "top.jpg"],
            ImportLayout.Domains
        );

        Assert.Equal(new PlacedFile("photo/dog/1.jpg", "dog", null, "photo"), Assert.Single(layout.Placed));
        Assert.Equal(
            [
                new RejectedFile("photo/dog/.hidden.jpg", Message.Plain("It is a hidden file.")),
                new RejectedFile("photo/loose.jpg", Message.Plain("It lies in the domain 'photo', but in no class folder there.")),
                new RejectedFile(
                    "top.jpg",
                    Message.Plain(
                        "It lies in no domain folder. Put each image into a class folder inside a domain folder, such as photo/dog/1.jpg."
                    )
                ),
            ],
            layout.Rejected
        );
    }

    [Fact]
    public void Of_DomainFoldersWithAReadMeBeside_StillSeesWhatWrapsThem()
    {
        ClassFolderLayout layout = ClassFolderLayout.Of(
            ["top.txt", "set/readme.txt", "set/photo/dog/1.jpg", "set/sketch/dog/2.jpg"],
            ImportLayout.Domains
        );

        Assert.Equal(["photo", "sketch"], layout.Placed.Select(p => p.Domain));
        Assert.Equal(["set/readme.txt", "top.txt"], layout.Rejected.Select(r => r.Name));
    }

    [Theory]
    [InlineData("photo/dog/1.jpg photo/cat/2.jpg", "photo")]
    [InlineData("set/photo/dog/1.jpg set/photo/cat/2.jpg", "photo")]
    [InlineData("photo/train/dog/1.jpg photo/val/cat/2.jpg", "photo")]
    public void Of_ASingleDomainFolder_IsADomainAndWrapsNothing(string names, string domain)
    {
        ClassFolderLayout layout = ClassFolderLayout.Of(names.Split(' '), ImportLayout.Domains);

        Assert.Equal([domain, domain], layout.Placed.Select(p => p.Domain));
        Assert.Equal(["cat", "dog"], layout.Placed.Select(p => p.Label).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Of_Unlabelled_TakesEveryFileForTrainingWhateverItsFolders()
    {
        ClassFolderLayout layout = ClassFolderLayout.Of(
            [".export/1.jpg", ".export/test/2.jpg", ".export/dog/deep/3.jpg", ".export/val/.4.jpg", ".export/Thumbs.db"],
            ImportLayout.Unlabelled
        );

        Assert.Equal([".export/1.jpg", ".export/dog/deep/3.jpg", ".export/test/2.jpg"], layout.Placed.Select(p => p.Name));
        Assert.All(layout.Placed, p => Assert.Equal((null, Split.Train, null), (p.Label, p.Split, p.Domain)));
        Assert.Equal(".export/val/.4.jpg", Assert.Single(layout.Rejected).Name);
    }
}

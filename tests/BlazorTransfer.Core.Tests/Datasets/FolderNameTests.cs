using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Core.Tests.Datasets;

/// <summary>Folders whose names can be mistaken.</summary>
public sealed class FolderNameTests
{
    [Theory]
    [InlineData("valid/1.jpg invalid/2.jpg", "invalid valid")]
    [InlineData("set/valid/1.jpg set/invalid/2.jpg", "invalid valid")]
    [InlineData("valid/deep/1.jpg invalid/deep/2.jpg", "invalid valid")]
    [InlineData("train/1.jpg car/2.jpg bus/3.jpg", "bus car train")]
    [InlineData("Test/1.jpg Control/2.jpg", "Control Test")]
    public void Of_OneClassNamedLikeASplit_ReadsItAsAClassAndSaysSo(string names, string classes)
    {
        ClassFolderLayout layout = ClassFolderLayout.Of(names.Split(' '));

        Assert.Equal(classes.Split(' '), layout.Placed.Select(p => p.Label!).Distinct().Order(StringComparer.Ordinal));
        Assert.All(layout.Placed, p => Assert.Null(p.Split));
        Assert.Empty(layout.Rejected);
        Assert.Contains("is read as a class", Assert.Single(layout.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train/valid/1.jpg train/invalid/2.jpg", 2)]
    [InlineData("train/ants/1.jpg val/ants/2.jpg docs/3.jpg", 2)]
    [InlineData("train/ants/1.jpg docs/3.jpg", 1)]
    [InlineData("ants/1.jpg test/ants/2.jpg", 1)]
    public void Of_Splits_StaySplits(string names, int placed)
    {
        ClassFolderLayout layout = ClassFolderLayout.Of(names.Split(' '));

        Assert.Equal(placed, layout.Placed.Count);
        Assert.All(layout.Placed, p => Assert.NotNull(p.Split));
        Assert.Empty(layout.Notes);
    }

    [Fact]
    public void Of_SplitsWithoutClassFolders_SaysHowToMakeThemClasses()
    {
        ClassFolderLayout layout = ClassFolderLayout.Of(["train/1.jpg", "test/2.jpg"]);

        Assert.Empty(layout.Placed);
        Assert.All(layout.Rejected, r => Assert.Contains("into a folder named train", r.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_OneDomainNamedLikeASplit_ReadsItAsADomain()
    {
        ClassFolderLayout layout = ClassFolderLayout.Of(["test/dog/1.jpg", "real/dog/2.jpg"], ImportLayout.Domains);

        Assert.Equal([("real", "dog"), ("test", "dog")], layout.Placed.Select(p => (p.Domain!, p.Label!)));
        Assert.Contains("'test' is read as a domain", Assert.Single(layout.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_FoldersInTwoUnicodeForms_AreOneClassAndReported()
    {
        ClassFolderLayout layout = ClassFolderLayout.Of(["cafe\u0301/1.jpg", "caf\u00E9/2.jpg", "tea/3.jpg"]);

        Assert.Equal(["caf\u00E9", "tea"], layout.Placed.Select(p => p.Label!).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(layout.Placed, p => p.Name == "cafe\u0301/1.jpg");
        Assert.Contains("2 Unicode forms", Assert.Single(layout.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cats/1.jpg,cats /2.jpg,dogs/3.jpg", "differ only in spaces")]
    [InlineData("cats /1.jpg,dogs/3.jpg", "has spaces at its ends")]
    [InlineData("train /cats/1.jpg,train /cats /2.jpg,train /dogs/1.jpg", "differ only in spaces")]
    public void Of_FoldersWithSpacesAtTheirEnds_AreReadWithoutAndReported(string names, string words)
    {
        ClassFolderLayout layout = ClassFolderLayout.Of(names.Split(','));

        Assert.Equal(["cats", "dogs"], layout.Placed.Select(p => p.Label!).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(layout.Notes, n => n.English.Contains(words, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("./a/1.jpg", "a/1.jpg")]
    [InlineData("a\\b\\1.jpg", "a/b/1.jpg")]
    [InlineData(".\\a/././1.jpg", "a/1.jpg")]
    [InlineData("a/.hidden", "a/.hidden")]
    public void Clean_OtherSpellings_GivesForwardSlashes(string written, string name) => Assert.Equal(name, ImportName.Clean(written));
}

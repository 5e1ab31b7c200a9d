using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class DatasetAssemblerTests
{
    [Fact]
    public void Assemble_WithTheSameImageInTwoClasses_KeepsOneAndNamesTheContradiction()
    {
        ImportResult result = Assemble(Image("a/1", "a", null), Image("a/2", "a", null), Image("b/1", "b", null), Image("b/2", "b", null), Image("b/copy", "b", null, sha256: "a/1"));

        Assert.Equal(4, result.Manifest.Samples.Count);
        RejectedFile rejected = Assert.Single(result.Rejected);
        Assert.Equal("b/copy", rejected.Name);
        Assert.Contains("'a'", rejected.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Assemble_WithGivenSplits_LeavesThemAlone()
    {
        ImportResult result = Assemble(
            Image("train/a/1", "a", Split.Train), Image("train/b/1", "b", Split.Train), Image("val/a/2", "a", Split.Validation), Image("val/b/2", "b", Split.Validation));

        Assert.Equal([Split.Train, Split.Train, Split.Validation, Split.Validation], result.Manifest.Samples.Select(s => s.Split));
        Assert.Equal("As your folders give it.", result.SplitOrigin);
    }

    [Fact]
    public void Assemble_WithTrainAndTestOnly_DrawsValidationFromTrainAndKeepsTheTest()
    {
        ImportResult result = Assemble(
        [
            .. Enumerable.Range(0, 10).SelectMany(i => new[] { Image($"train/a/{i}", "a", Split.Train), Image($"train/b/{i}", "b", Split.Train) }),
            Image("test/a/t", "a", Split.Test), Image("test/b/t", "b", Split.Test),
        ]);

        Assert.Equal((16, 4, 2), (result.Manifest.Of(Split.Train).Count, result.Manifest.Of(Split.Validation).Count, result.Manifest.Of(Split.Test).Count));
        Assert.All(result.Manifest.Of(Split.Test), s => Assert.StartsWith("test/", s.Name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "No usable image")]
    [InlineData("a", "Only one class")]
    [InlineData("a b", "a single image")]
    public void Assemble_WithTooLittle_SaysWhatIsMissing(string labels, string words)
    {
        ImportException refusal = Assert.Throws<ImportException>(() => Assemble(
            [.. labels.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(l => Image($"{l}/1", l, null))]));

        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Manifest_SavedAndLoaded_IsTheSame()
    {
        ImportResult result = Assemble(Image("ä b/1", "ä b", null), Image("ä b/2", "ä b", null), Image("日本/1", "日本", null), Image("日本/2", "日本", null));
        string path = Path.GetTempFileName();
        try
        {
            result.Manifest.Save(path);
            DatasetManifest loaded = DatasetManifest.Load(path);

            Assert.Equal(result.Manifest.Classes, loaded.Classes);
            Assert.Equal(result.Manifest.Samples.Select(s => (s.Name, s.Label, s.Split, s.Sha256)), loaded.Samples.Select(s => (s.Name, s.Label, s.Split, s.Sha256)));
            File.WriteAllText(path, File.ReadAllText(path)[..^20]);
            Assert.Throws<InvalidDataException>(() => DatasetManifest.Load(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static ImportResult Assemble(params ImportedImage[] images) => DatasetAssembler.Assemble(images, [], SplitPlan.Default);

    private static ImportedImage Image(string name, string label, Split? split, string? sha256 = null) =>
        new(new PlacedFile(name, label, split), new StoredImage(name, sha256 ?? name, 4, 3));
}

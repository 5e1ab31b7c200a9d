using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class DatasetAssemblerTests
{
    [Fact]
    public void Assemble_WithTheSameImageInTwoClasses_KeepsOneAndNamesTheContradiction()
    {
        ImportResult result = Assemble(
            Image("a/1", "a", null),
            Image("a/2", "a", null),
            Image("b/1", "b", null),
            Image("b/2", "b", null),
            Image("b/copy", "b", null, sha256: "a/1")
        );

        Assert.Equal(4, result.Manifest.Samples.Count);
        RejectedFile rejected = Assert.Single(result.Rejected);
        Assert.Equal("b/copy", rejected.Name);
        Assert.Contains("'a'", rejected.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Assemble_WithGivenSplits_LeavesThemAlone()
    {
        ImportResult result = Assemble(
            Image("train/a/1", "a", Split.Train),
            Image("train/b/1", "b", Split.Train),
            Image("val/a/2", "a", Split.Validation),
            Image("val/b/2", "b", Split.Validation)
        );

        Assert.Equal([Split.Train, Split.Train, Split.Validation, Split.Validation], result.Manifest.Samples.Select(s => s.Split));
        Assert.Equal("As your folders give it.", result.SplitOrigin);
    }

    [Fact]
    public void Assemble_WithTrainAndTestOnly_DrawsValidationFromTrainAndKeepsTheTest()
    {
        ImportResult result = Assemble([
            .. Enumerable
                .Range(0, 10)
                .SelectMany(i => new[] { Image($"train/a/{i}", "a", Split.Train), Image($"train/b/{i}", "b", Split.Train) }),
            Image("test/a/t", "a", Split.Test),
            Image("test/b/t", "b", Split.Test),
        ]);

        Assert.Equal(
            (16, 4, 2),
            (result.Manifest.Of(Split.Train).Count, result.Manifest.Of(Split.Validation).Count, result.Manifest.Of(Split.Test).Count)
        );
        Assert.All(result.Manifest.Of(Split.Test), s => Assert.StartsWith("test/", s.Name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "No usable image")]
    [InlineData("a", "Only one class")]
    [InlineData("a b", "a single image")]
    public void Assemble_WithTooLittle_SaysWhatIsMissing(string labels, string words)
    {
        ImportException refusal = Assert.Throws<ImportException>(() =>
            Assemble([.. labels.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(l => Image($"{l}/1", l, null))])
        );

        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Manifest_SavedAndLoaded_IsTheSame()
    {
        ImportResult result = Assemble(
            Image("ä b/1", "ä b", null),
            Image("ä b/2", "ä b", null),
            Image("日本/1", "日本", null),
            Image("日本/2", "日本", null)
        );
        string path = Path.GetTempFileName();
        try
        {
            result.Manifest.Save(path);
            DatasetManifest loaded = DatasetManifest.Load(path);

            Assert.Equal(result.Manifest.Classes, loaded.Classes);
            Assert.Equal(
                result.Manifest.Samples.Select(s => (s.Name, s.Label, s.Split, s.Sha256)),
                loaded.Samples.Select(s => (s.Name, s.Label, s.Split, s.Sha256))
            );
            File.WriteAllText(path, File.ReadAllText(path)[..^20]);
            Assert.Throws<InvalidDataException>(() => DatasetManifest.Load(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Assemble_WithDomains_DrawsTheSplitInEachClassOfEachDomainAndTagsTheImages()
    {
        ImportResult result = Assemble(
            ImportLayout.Domains,
            [
                .. from domain in new[] { "photo", "sketch" }
                from label in new[] { "cat", "dog" }
                from i in Enumerable.Range(0, domain == "photo" ? 10 : 3)
                select Image($"{domain}/{label}/{i}", label, null, domain: domain),
            ]
        );

        Assert.Equal(["cat", "dog"], result.Manifest.Classes);
        Assert.Equal(
            [("photo", "cat", 2), ("photo", "dog", 2), ("sketch", "cat", 1), ("sketch", "dog", 1)],
            result
                .Manifest.Of(Split.Validation)
                .GroupBy(s => (s.Tags[SampleTag.DomainName], s.Label))
                .Select(g => (g.Key.Item1, g.Key.Label!, g.Count()))
        );
        Assert.Equal(6, result.Manifest.Only(new SampleTag("domain", "sketch")).Samples.Count);
        Assert.Equal("Drawn class by class in each domain: 20 % for validation, seed 42.", result.SplitOrigin);
    }

    [Fact]
    public void Assemble_WithSplitsInOneDomainOnly_KeepsThoseAndDrawsTheOthers()
    {
        ImportResult result = Assemble(
            ImportLayout.Domains,
            Image("photo/train/a/1", "a", Split.Train, domain: "photo"),
            Image("photo/val/b/2", "b", Split.Validation, domain: "photo"),
            Image("sketch/a/1", "a", null, domain: "sketch"),
            Image("sketch/a/2", "a", null, domain: "sketch"),
            Image("sketch/b/3", "b", null, domain: "sketch")
        );

        Assert.Equal(
            [("photo", Split.Train, 1), ("photo", Split.Validation, 1), ("sketch", Split.Train, 2), ("sketch", Split.Validation, 1)],
            result
                .Manifest.Samples.GroupBy(s => (s.Tags[SampleTag.DomainName], s.Split))
                .OrderBy(g => g.Key)
                .Select(g => (g.Key.Item1, g.Key.Split, g.Count()))
        );
        Assert.Equal(
            "photo: As your folders give it. sketch: Drawn class by class in each domain: 20 % for validation, seed 42.",
            result.SplitOrigin
        );
    }

    [Fact]
    public void Assemble_WithADomain_KeepsOtherTagsAndNamesTheSameImageOfAnotherDomain()
    {
        var lighting = new Dictionary<string, string> { ["lighting"] = "warm" };
        ImportResult result = Assemble(
            ImportLayout.Domains,
            Image("photo/a/1", "a", null, domain: "photo") with
            {
                Tags = lighting,
            },
            Image("photo/a/2", "a", null, domain: "photo"),
            Image("sketch/b/1", "b", null, domain: "sketch"),
            Image("sketch/a/copy", "a", null, sha256: "photo/a/1", domain: "sketch")
        );

        Assert.Equal(
            "lighting=warm domain=photo",
            string.Join(' ', result.Manifest.Samples.Single(s => s.Name == "photo/a/1").Tags.Select(t => $"{t.Key}={t.Value}"))
        );
        Assert.Equal(
            new RejectedFile("sketch/a/copy", Message.Plain("It is the same image as photo/a/1.")),
            Assert.Single(result.Rejected)
        );
    }

    [Theory]
    [InlineData(ImportLayout.Domains, "", "such as photo/dog/1.jpg")]
    [InlineData(ImportLayout.Domains, "photo/a photo/b", "Only one domain was found ('photo')")]
    [InlineData(ImportLayout.Domains, "photo/a sketch/a", "Only one class")]
    [InlineData(ImportLayout.Domains, "photo/a sketch/b", "a single image in each domain")]
    [InlineData(ImportLayout.Unlabelled, "", "No usable image")]
    public void Assemble_InOtherLayoutsWithTooLittle_SaysWhatIsMissing(ImportLayout layout, string images, string words)
    {
        ImportException refusal = Assert.Throws<ImportException>(() =>
            Assemble(
                layout,
                [
                    .. images
                        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                        .Select(i => i.Split('/'))
                        .Select(p => Image($"{p[0]}/{p[1]}/1", p[1], null, domain: p[0])),
                ]
            )
        );

        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Assemble_Unlabelled_HasNoClassesAndKeepsEachImageOnceForTraining()
    {
        ImportResult result = Assemble(
            ImportLayout.Unlabelled,
            Image("1", null, Split.Train),
            Image("2", null, Split.Train),
            Image("copy", null, Split.Train, sha256: "1")
        );

        Assert.Empty(result.Manifest.Classes);
        Assert.Equal([("1", null, Split.Train), ("2", null, Split.Train)], result.Manifest.Samples.Select(s => (s.Name, s.Label, s.Split)));
        Assert.Equal("It is the same image as 1.", Assert.Single(result.Rejected).Reason);
    }

    [Fact]
    public void Assemble_WithNothingUsable_GivesTheReasonsOfTheFiles()
    {
        ImportException refusal = Assert.Throws<ImportException>(() =>
            DatasetAssembler.Assemble(
                [],
                [
                    .. Enumerable.Range(1, 7).Select(i => new RejectedFile($"a/{i}.jpg", Message.Plain("It is encrypted."))),
                    new RejectedFile("b/1.jpg", Message.Plain("It is empty.")),
                    .. Enumerable.Range(1, 6).Select(i => new RejectedFile($"c/{i}.jpg", Message.Plain($"Reason {i}."))),
                ],
                SplitPlan.Default,
                notes: [Message.Plain("A note.")]
            )
        );

        Assert.StartsWith("No usable image was found.", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("14 files were skipped:\na/1.jpg and 6 more: It is encrypted.\n", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("b/1.jpg: It is empty.", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("A note.", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith("3 more files for other reasons.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Assemble_WithATrainFolderOnly_DoesNotClaimATest()
    {
        ImportResult result = Assemble([
            .. Enumerable
                .Range(0, 5)
                .SelectMany(i => new[] { Image($"train/a/{i}", "a", Split.Train), Image($"train/b/{i}", "b", Split.Train) }),
        ]);

        Assert.Equal("No test images; 20 % of training drawn for validation, seed 42.", result.SplitOrigin);
    }

    [Fact]
    public void Assemble_ForATestAlone_TakesAllImagesOfASingleClass()
    {
        ImportResult result = DatasetAssembler.Assemble([Image("a/1", "a", null), Image("a/2", "a", Split.Train)], [], SplitPlan.TestOnly);

        Assert.Equal(["a"], result.Manifest.Classes);
        Assert.Equal([Split.Test, Split.Test], result.Manifest.Samples.Select(s => s.Split));
    }

    private static ImportResult Assemble(params ImportedImage[] images) => DatasetAssembler.Assemble(images, [], SplitPlan.Default);

    private static ImportResult Assemble(ImportLayout layout, params ImportedImage[] images) =>
        DatasetAssembler.Assemble(images, [], SplitPlan.Default, layout);

    private static ImportedImage Image(string name, string? label, Split? split, string? sha256 = null, string? domain = null) =>
        new(new PlacedFile(name, label, split, domain), new StoredImage(name, sha256 ?? name, 4, 3));
}

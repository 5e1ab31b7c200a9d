using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Imaging.Tests;

/// <summary>The shared sets with boxes, with the counts of their README.</summary>
public sealed class AnnotatedFolderTests
{
    [Fact]
    public void FromFolder_OfCocoImages_GivesThemTheirClasses()
    {
        string folder = SharedFiles.Path("data", "coco-small");
        Assert.Equal(ImportLayout.Coco, FolderImport.LayoutOf(folder));

        ImportResult import = FolderImport.FromFolder(folder, options: new(ImportLayout.Coco));

        Assert.Equal(LabelKind.MultiLabel, import.Manifest.Kind);
        Assert.Equal((40, 51), (import.Manifest.Samples.Count, import.Manifest.Classes.Count));
        Assert.All(import.Manifest.Samples, s => Assert.NotEmpty(s.Labels!));
        Assert.Empty(import.Rejected);
    }

    [Fact]
    public void FromFolder_OfCocoImages_CutsTheirBoxesOut()
    {
        string folder = SharedFiles.Path("data", "coco-small");

        ImportResult import = FolderImport.FromFolder(folder, options: new(ImportLayout.Coco, BoxUse.Crops));

        Assert.Equal(LabelKind.SingleLabel, import.Manifest.Kind);
        Assert.Equal((288, 51), (import.Manifest.Samples.Count, import.Manifest.Classes.Count));
        Assert.All(import.Manifest.Samples, s => Assert.True(s.Region!.Value.FitsInto(s.Width, s.Height)));
        Assert.Empty(import.Rejected);
    }

    [Fact]
    public void FromFolder_OfVocImages_GivesThemTheirClasses()
    {
        string folder = SharedFiles.Path("data", "voc-small");
        Assert.Equal(ImportLayout.Voc, FolderImport.LayoutOf(folder));

        ImportResult import = FolderImport.FromFolder(folder, options: new(ImportLayout.Voc));

        Assert.Equal(60, import.Manifest.Samples.Count);
        Assert.Equal(["Platelets", "RBC", "WBC"], import.Manifest.Classes);
        Assert.Equal("LICENSE", Assert.Single(import.Rejected).Name);
    }

    [Fact]
    public void FromFolder_OfVocImages_CutsTheirBoxesOut()
    {
        string folder = SharedFiles.Path("data", "voc-small");

        ImportResult import = FolderImport.FromFolder(folder, options: new(ImportLayout.Voc, BoxUse.Crops));

        // Of 1,093 boxes, one may be there twice.
        Assert.Equal(1093, import.Manifest.Samples.Count + import.Rejected.Count(r => r.Reason.Code == "skipped.duplicate-box"));
        Assert.All(import.Manifest.Samples.GroupBy(s => s.Sha256), g => Assert.Single(g.Select(s => s.Split).Distinct()));
    }

    [Fact]
    public void FromFolder_OfSharedClassFolders_HasTheirCounts()
    {
        ImportResult hymenoptera = FolderImport.FromFolder(SharedFiles.Path("data", "hymenoptera"));
        // The placeholder, a GIF, is the misfit that the set has.
        Assert.Equal((245, 153), (hymenoptera.Manifest.Of(Split.Train).Count, hymenoptera.Manifest.Of(Split.Validation).Count));
        Assert.Equal(
            "train/ants/imageNotFound.gif",
            Assert.Single(hymenoptera.Manifest.Samples, s => s.Name.EndsWith(".gif", StringComparison.Ordinal)).Name
        );

        string pacs = SharedFiles.Path("data", "pacs-small");
        Assert.Equal(ImportLayout.Domains, FolderImport.LayoutOf(pacs));
        ImportResult domains = FolderImport.FromFolder(pacs, options: new(ImportLayout.Domains));
        Assert.Equal(
            1960,
            domains.Manifest.Samples.Count
                + domains.Rejected.Count(r => r.Reason.Code?.StartsWith("skipped.duplicate", StringComparison.Ordinal) == true)
        );
    }

    [Theory]
    [InlineData(false, 4)]
    [InlineData(true, 3)]
    public void FromFolder_OfAnAnimation_TakesItsFirstFrameOrSkipsIt(bool skips, int expected)
    {
        string folder = Directory.CreateTempSubdirectory("blazortransfer-frames-").FullName;
        try
        {
            foreach (
                (string name, byte[] file) in new[]
                {
                    ("a/1.gif", RasterFiles.Gif()),
                    ("a/2.gif", RasterFiles.Gif(moreFrames: 3)),
                    ("b/1.pgm", RasterFiles.Pnm("P5 2 1 255\n", 7, 9)),
                    ("b/2.tga", RasterFiles.Tga(2, 1, 24, [3, 2, 1, 6, 5, 4])),
                }
            )
            {
                Directory.CreateDirectory(Path.Combine(folder, name[..1]));
                File.WriteAllBytes(Path.Combine(folder, name), file);
            }

            ImportResult import = FolderImport.FromFolder(folder, options: new(SkipsSeveralFrames: skips));

            Assert.Equal(expected, import.Manifest.Samples.Count);
            Assert.Equal(skips ? ["skipped.several-frames"] : [], import.Rejected.Select(r => r.Reason.Code));
        }
        finally
        {
            TestFolder.Delete(folder);
        }
    }
}

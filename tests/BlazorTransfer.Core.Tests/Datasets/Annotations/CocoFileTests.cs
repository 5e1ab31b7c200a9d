using BlazorTransfer.Core.Datasets;
using static BlazorTransfer.Core.Tests.Datasets.Annotations.AnnotatedImport;

namespace BlazorTransfer.Core.Tests.Datasets.Annotations;

public sealed class CocoFileTests
{
    private const string Categories = """[{"id":1,"name":"cat"},{"id":7,"name":"dog"},{"id":9,"name":"never"}]""";

    private static readonly (string, string)[] Pictures = Images("images/a.jpg", "images/b.jpg", "images/c.jpg", "images/d.jpg");

    private const string FourImages = """
        [{"id":10,"file_name":"a.jpg","width":100,"height":80},{"id":11,"file_name":"b.jpg"},{"id":12,"file_name":"c.jpg"},
        {"id":13,"file_name":"images/d.jpg"}]
        """;

    private const string Boxes = """
        [{"image_id":10,"category_id":1,"bbox":[10.5,20,30,10]},
        {"image_id":10,"category_id":7,"bbox":[0,0,5,5],"segmentation":[[1,2,3]]},
        {"image_id":11,"category_id":7,"bbox":[50,50,10,10]},{"image_id":12,"category_id":1,"bbox":[90,70,40,40]}]
        """;

    [Fact]
    public void Import_AsMultiLabel_GivesEachImageItsClasses()
    {
        ImportResult result = Import(new(ImportLayout.Coco), FourImages, Boxes);

        Assert.Equal(LabelKind.MultiLabel, result.Manifest.Kind);
        Assert.Equal(["cat", "dog"], result.Manifest.Classes);
        Assert.Equal(["images/a.jpg: cat+dog", "images/b.jpg: dog", "images/c.jpg: cat", "images/d.jpg: "], result.Labels());
        Assert.Empty(result.Rejected);
    }

    [Fact]
    public void Import_AsCrops_CutsBoxesWithTheirMarginAtTheEdges()
    {
        ImportResult result = Import(new(ImportLayout.Coco, BoxUse.Crops, Margin: 0.1), FourImages, Boxes);

        Assert.Equal(LabelKind.SingleLabel, result.Manifest.Kind);
        Assert.Equal(
            [new(0, 0, 6, 6), new(7, 19, 37, 12), new(49, 49, 12, 12), new(86, 66, 14, 14)],
            result.Manifest.Samples.Select(s => s.Region!.Value).OrderBy(r => r.Left)
        );
        Assert.Equal(["images/d.jpg: Nothing is marked on it."], result.Skipped());
        Assert.Contains("1 box reaches beyond its image and was cut at the edge.", result.Notes.Select(n => n.English));
    }

    [Fact]
    public void Import_AsCrops_KeepsTheBoxesOfAnImageInOneSplit()
    {
        string boxes =
            "["
            + string.Join(
                ',',
                Enumerable
                    .Range(0, 40)
                    .Select(i => $$"""{"image_id":{{10 + i % 4}},"category_id":{{(i % 3 == 0 ? 1 : 7)}},"bbox":[{{i}},{{i}},10,10]}""")
            )
            + "]";

        ImportResult result = Import(new(ImportLayout.Coco, BoxUse.Crops), FourImages, boxes);

        Assert.Equal(40, result.Manifest.Samples.Count);
        Assert.All(result.Manifest.Samples.GroupBy(s => s.Name), g => Assert.Single(g.Select(s => s.Split).Distinct()));
        Assert.NotEmpty(result.Manifest.Of(Split.Validation));
        DatasetManifest fold = new Fold(0, 2).Apply(result.Manifest);
        Assert.All(fold.Samples.GroupBy(s => s.Name), g => Assert.Single(g.Select(s => s.Split).Distinct()));
    }

    [Fact]
    public void Import_AsImageClass_SkipsImagesOfSeveralClasses()
    {
        ImportResult result = Import(
            new(ImportLayout.Coco, BoxUse.ImageClass),
            FourImages,
            """
            [{"image_id":10,"category_id":1,"bbox":[1,1,5,5]},{"image_id":10,"category_id":7,"bbox":[0,0,5,5]},
            {"image_id":11,"category_id":7,"bbox":[5,5,1,1]},{"image_id":12,"category_id":1,"bbox":[9,7,4,4]},
            {"image_id":13,"category_id":1,"bbox":[9,7,4,4]}]
            """
        );

        Assert.Equal(["images/b.jpg: dog", "images/c.jpg: cat", "images/d.jpg: cat"], result.Labels());
        Assert.StartsWith("images/a.jpg: It shows several classes: cat, dog.", Assert.Single(result.Skipped()), StringComparison.Ordinal);
    }

    [Fact]
    public void Import_OfBrokenBoxes_NamesEachWithItsReason()
    {
        ImportResult result = Import(
            new(ImportLayout.Coco, BoxUse.Crops),
            FourImages,
            """
            [{"image_id":10,"category_id":1,"bbox":[1,1,5,5]},{"image_id":11,"category_id":7,"bbox":[1,1,5,5]},
            {"image_id":12,"category_id":1,"bbox":[1,1,5,5]},{"image_id":10,"category_id":1,"bbox":[1e999,0,5,5]},
            {"image_id":10,"category_id":1,"bbox":["NaN",0,5,5]},{"image_id":10,"category_id":1,"bbox":[5,5,-2,3]},
            {"image_id":10,"category_id":1,"bbox":[500,500,5,5]},{"image_id":99,"category_id":1,"bbox":[0,0,5,5]},
            {"image_id":10,"category_id":42,"bbox":[0,0,5,5]},{"image_id":10,"category_id":1}]
            """
        );

        Assert.Equal(3, result.Manifest.Samples.Count);
        Assert.Equal(
            [
                "images/a.jpg: Box 2 ('cat') lies outside of the image, which has 100 × 80 pixels.",
                "images/d.jpg: Nothing is marked on it.",
                "instances.json, annotation 4: Its box has a value that is missing or no finite number.",
                "instances.json, annotation 5: Its box has a value that is missing or no finite number.",
                "instances.json, annotation 6: Its box has no area.",
                "instances.json, annotation 8: It belongs to the image 99, which is not listed.",
                "instances.json, annotation 9: It has the category 42, which is not listed.",
                "instances.json, annotation 10: Its box has a value that is missing or no finite number.",
            ],
            result
                .Skipped()
                .OrderBy(s => s.Length > 30 && s.Contains("annotation 10", StringComparison.Ordinal) ? 1 : 0)
                .ThenBy(s => s, StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("/etc/passwd", "starts with '/'")]
    [InlineData("C:/windows/a.jpg", "drive")]
    [InlineData("../../a.jpg", "leads out")]
    public void Import_OfAnImageOutside_IsRefusedInWords(string path, string words)
    {
        ImportResult result = Import(new(ImportLayout.Coco), $$"""[{"id":9,"file_name":"{{path}}"},{{FourImages[1..]}}""", Boxes);

        Assert.Equal(4, result.Manifest.Samples.Count);
        Assert.Contains(words, Assert.Single(result.Skipped()), StringComparison.Ordinal);
    }

    [Fact]
    public void Import_OfAnotherSize_SkipsTheCrops()
    {
        ImportResult result = Import(
            new(ImportLayout.Coco, BoxUse.Crops),
            FourImages.Replace("\"width\":100,\"height\":80", "\"width\":80,\"height\":100", StringComparison.Ordinal),
            Boxes
        );

        Assert.Contains("images/a.jpg: Its boxes were drawn on 80 × 100 pixels, but it has 100 × 80.", result.Skipped());
    }

    public static TheoryData<string, string> Broken =>
        new()
        {
            { """{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"bbox":[NaN]}],"categories":[]}""", "NaN is not a number" },
            { """{"images":[{"id":1""", "no valid JSON" },
            { """{"images":[{"id":1,"file_name":"a.jpg"},{"id":1,"file_name":"b.jpg"}]}""", "two images have the id 1" },
            { """{"images":[{"id":1}]}""", "has no file_name" },
            { """{"images":[{"id":1.5,"file_name":"a.jpg"}]}""", "no whole number" },
            { """{"categories":[{"id":1,"name":""}]}""", "class name" },
            { """[1,2,3]""", "No COCO instances file" },
            { """{"images":{},"annotations":7,"categories":"x"}""", "No COCO instances file" },
            { "{\"images\":" + new string('[', 5000), "no valid JSON" },
            { "{\"info\":\"" + new string('x', 3 << 20) + "\"}", "more than 1 MB" },
        };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Import_OfABrokenFile_SaysWhatIsWrong(string json, string words)
    {
        ImportException e = Assert.Throws<ImportException>(() => Run(new(ImportLayout.Coco), [("instances.json", json), .. Pictures]));

        Assert.Contains(words, e.Message, StringComparison.Ordinal);
    }

    /// <summary>All of a file on one line of 100 MB.</summary>
    [Fact]
    public void Import_OfALineOf100Megabytes_ReadsItInPieces()
    {
        string padding = string.Join(',', Enumerable.Repeat("123456789", 1000));
        string one = $$"""{"image_id":10,"category_id":1,"bbox":[1,1,5,5],"segmentation":[[{{padding}}]]}""";
        string boxes = "[" + string.Join(',', Enumerable.Repeat(one, 10_000)) + "]";
        Assert.True(boxes.Length > 100_000_000);

        ImportResult result = Import(new(ImportLayout.Coco), FourImages, Boxes[..^1] + "," + boxes[1..]);

        Assert.Equal(4, result.Manifest.Samples.Count);
    }

    [Fact]
    public void Import_OfOneFileForEachSplit_TakesTheSplitsFromTheirNames()
    {
        string One(int id, string file, int category) =>
            $$"""
                {"images":[{"id":{{id}},"file_name":"{{file}}"}],"categories":{{Categories}},"annotations":[{"image_id":{{id}},
                "category_id":{{category}},"bbox":[1,1,5,5]}]}
                """;

        ImportResult result = Run(
            new(ImportLayout.Coco),
            [
                ("train/_annotations.coco.json", One(1, "same.jpg", 1)),
                ("valid/_annotations.coco.json", One(1, "same.jpg", 7)),
                .. Images("train/same.jpg", "valid/same.jpg"),
            ]
        );

        Assert.Equal(["train/same.jpg: cat", "valid/same.jpg: dog"], result.Labels());
        Assert.Equal([Split.Train, Split.Validation], result.Manifest.Samples.OrderBy(s => s.Name).Select(s => s.Split));
    }

    private static ImportResult Import(ImportOptions options, string images, string annotations) =>
        Run(
            options,
            [
                (
                    "instances.json",
                    $$"""{"annotations":{{annotations}},"info":{"x":[{}]},"images":{{images}},"categories":{{Categories}}}"""
                ),
                .. Pictures,
            ]
        );
}

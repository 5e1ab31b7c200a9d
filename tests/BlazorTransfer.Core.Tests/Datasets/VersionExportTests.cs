using System.Text;
using System.Text.Json;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Export;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class VersionExportTests
{
    [Fact]
    public void Csv_IsReadByTheTable_WithClassSplitAndTags()
    {
        Sample odd = WorkingCopyData.Sample("in/1, \"one\".jpg", "ants, red", Split.Validation) with
        {
            Tags = new Dictionary<string, string> { ["材料"] = "木; hard" },
        };
        var version = new DatasetManifest(["ants, red", "bees"], [odd, WorkingCopyData.Sample("1.jpg", "bees", Split.Test)]);

        ExportedFile[] files = [.. VersionExport.Files(ExportFormat.Csv, version)];

        LabelTable table = LabelTable.Read(files[0].Name, files[0].Content!);
        Assert.Equal("images/1, \"one\".jpg", files[1].Name);
        Assert.Equal(("ants, red", Split.Validation), (table.ClassOf(files[1].Name), table.SplitOf(files[1].Name)));
        Assert.Equal("木; hard", table.TagsOf(files[1].Name)!["材料"]);
        Assert.Equal(("bees", Split.Test), (table.ClassOf(files[2].Name), table.SplitOf(files[2].Name)));
        Assert.Equal(odd.File, files[1].Image);
    }

    [Theory]
    [InlineData("=1+1")]
    [InlineData("'=1+1")]
    [InlineData("-5")]
    [InlineData("@a, b")]
    [InlineData("'quoted'")]
    public void R58_Csv_OfANameLikeAFormula_RunsNone_AndIsReadAsItWas(string name)
    {
        Sample sample = WorkingCopyData.Sample("1.jpg", name, Split.Train) with
        {
            Tags = new Dictionary<string, string> { ["=tag"] = name },
        };

        ExportedFile table = VersionExport.Files(ExportFormat.Csv, new DatasetManifest([name], [sample])).First();

        string[] cells = Encoding.UTF8.GetString(table.Content!).Split(['\n', ',', '"'], StringSplitOptions.TrimEntries);
        Assert.DoesNotContain(cells, c => c.Length > 0 && "=+-@".Contains(c[0], StringComparison.Ordinal));
        LabelTable read = LabelTable.Read(table.Name, table.Content!);
        Assert.Equal((name, name), (read.ClassOf("images/1.jpg"), read.TagsOf("images/1.jpg")!["=tag"]));
    }

    [Fact]
    public void ClassFolders_KeepSplits_AndNamesStayUnlike()
    {
        var version = new DatasetManifest(
            ["test"],
            [
                WorkingCopyData.Sample("x/1.jpg", "test", Split.Train),
                WorkingCopyData.Sample("y/1.jpg", "test", Split.Train),
                WorkingCopyData.Sample("y/.hidden.jpg", "test", Split.Validation),
            ]
        );

        string[] names = [.. VersionExport.Files(ExportFormat.ClassFolders, version).Select(f => f.Name)];

        Assert.Equal("train/test/1.jpg", names[0]);
        Assert.Equal("train/test/1-2.jpg", names[1]);
        ClassFolderLayout layout = ClassFolderLayout.Of(names);
        Assert.Equal([Split.Train, Split.Train, Split.Validation], layout.Placed.Select(f => f.Split!.Value));
        Assert.All(layout.Placed, f => Assert.Equal("test", f.Label));
    }

    [Fact]
    public void Coco_HasAFileForEachSplit_WithBoxesOfRegionsAndOfWholeImages()
    {
        Sample whole = WorkingCopyData.Sample("1.jpg", null, Split.Train) with { Labels = ["cat", "dog"] };
        Sample region = WorkingCopyData.Sample("2.jpg", null, Split.Test) with { Labels = ["dog"], Region = new PixelArea(1, 0, 2, 3) };
        var version = new DatasetManifest(["cat", "dog"], [whole, region, region with { Region = new PixelArea(0, 0, 1, 1) }])
        {
            Kind = LabelKind.MultiLabel,
        };

        ExportedFile[] files = [.. VersionExport.Files(ExportFormat.Coco, version)];

        Assert.Equal(
            ["annotations/instances_train.json", "annotations/instances_test.json", "images/train/1.jpg", "images/test/2.jpg"],
            files.Select(f => f.Name)
        );
        Assert.Equal(["1 1 [0,0,4,3]", "1 2 [0,0,4,3]"], Boxes(files[0]));
        Assert.Equal(["1 2 [1,0,2,3]", "1 2 [0,0,1,1]"], Boxes(files[1]));

        static IEnumerable<string> Boxes(ExportedFile file) =>
            JsonDocument
                .Parse(Encoding.UTF8.GetString(file.Content!))
                .RootElement.GetProperty("annotations")
                .EnumerateArray()
                .Select(a => $"{a.GetProperty("image_id")} {a.GetProperty("category_id")} {a.GetProperty("bbox")}");
    }

    [Fact]
    public void Format_ThatCannotSayWhatTheVersionSays_IsRefused()
    {
        Sample ant = WorkingCopyData.Sample("1.jpg", "ants", Split.Train);
        var folders = new DatasetManifest(["ants"], [ant]);

        Assert.Null(VersionExport.WhyNot(ExportFormat.ClassFolders, folders));
        Assert.NotNull(VersionExport.WhyNot(ExportFormat.ClassFolders, folders with { Kind = LabelKind.MultiLabel }));
        Assert.NotNull(VersionExport.WhyNot(ExportFormat.ClassFolders, folders with { Classes = ["ants/red"] }));
        Assert.NotNull(VersionExport.WhyNot(ExportFormat.ClassFolders, folders with { Samples = [ant, ant with { Label = null }] }));
        var regions = new DatasetManifest(["ants"], [ant with { Region = new PixelArea(0, 0, 1, 1) }]);
        Assert.NotNull(VersionExport.WhyNot(ExportFormat.Csv, regions));
        Assert.Null(VersionExport.WhyNot(ExportFormat.Coco, regions));
    }
}

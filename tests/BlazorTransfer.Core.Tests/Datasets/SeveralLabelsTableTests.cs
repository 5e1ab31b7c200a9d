using System.Text;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Tests.Datasets.Annotations;

namespace BlazorTransfer.Core.Tests.Datasets;

/// <summary>Tables with all classes of an image in one column.</summary>
public sealed class SeveralLabelsTableTests
{
    [Theory]
    [InlineData("file,labels\n1.jpg,cat|dog\n2.jpg,\n3.jpg,dog\n4.jpg,cat\n")]
    [InlineData("file;labels\r\n1.jpg;dog|cat|dog\r\n2.jpg;\r\n3.jpg;dog\r\n4.jpg;cat\r\n")]
    [InlineData("file\tlabels\n1.jpg\tcat; dog\n2.jpg\t\n3.jpg\tdog\n4.jpg\tcat\n")]
    [InlineData("\uFEFFfile,labels\n1.jpg,\"cat, dog\"\n2.jpg,\n3.jpg,dog\n4.jpg,cat\n")]
    public void Import_OfATableWithLabels_GivesEachImageItsClasses(string table)
    {
        ImportResult result = AnnotatedImport.Run(
            new(ImportLayout.Table),
            [("labels.csv", table), .. AnnotatedImport.Images("1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg")]
        );

        Assert.Equal(LabelKind.MultiLabel, result.Manifest.Kind);
        Assert.Equal(["1.jpg: cat+dog", "2.jpg: ", "3.jpg: dog", "4.jpg: cat"], result.Labels());
        Assert.Equal(["5.jpg: labels.csv has no row for it."], result.Skipped());
    }

    [Fact]
    public void Read_OfACellWithSeveralLines_ShowsItOnOne()
    {
        LabelTable table = LabelTable.Read("labels.csv", Encoding.UTF8.GetBytes("file,class,remark\n1.jpg,cat,\"seen\r\n  at night\"\n"));

        Assert.Equal("seen at night", table.TagsOf("1.jpg")!["remark"]);
    }
}

using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class LayoutDetectionTests
{
    [Theory]
    [InlineData(ImportLayout.Classes, "ants/1.jpg bees/2.jpg")]
    [InlineData(ImportLayout.Classes, "data/train/ants/1.jpg data/train/bees/2.jpg data/val/ants/3.jpg")]
    [InlineData(ImportLayout.Classes, "ants/1.jpg bees/2.jpg labels.csv README.txt")]
    [InlineData(ImportLayout.Classes, "ants/old/1.jpg bees/new/2.jpg")]
    [InlineData(ImportLayout.Domains, "photo/dog/1.jpg photo/cat/2.jpg sketch/dog/3.jpg sketch/cat/4.jpg")]
    [InlineData(ImportLayout.Domains, "x/photo/train/dog/1.jpg x/photo/val/cat/2.jpg x/sketch/dog/3.jpg x/sketch/cat/4.jpg")]
    [InlineData(ImportLayout.Table, "labels.csv 1.jpg 2.jpg")]
    [InlineData(ImportLayout.Table, "set/metadata.tsv set/images/1.jpg")]
    [InlineData(ImportLayout.Unlabelled, "1.jpg new/2.jpg")]
    [InlineData(ImportLayout.Unlabelled, "camera/1.jpg camera/.DS_Store __MACOSX/camera/._1.jpg")]
    [InlineData(ImportLayout.Coco, "images/1.jpg images/2.jpg instances.json")]
    [InlineData(ImportLayout.Coco, "train/1.jpg train/_annotations.coco.json valid/2.jpg valid/_annotations.coco.json")]
    [InlineData(ImportLayout.Coco, "images/1.jpg annotations/labels.json")]
    [InlineData(ImportLayout.Voc, "JPEGImages/1.jpg Annotations/1.xml")]
    [InlineData(ImportLayout.Yolo, "images/train/1.jpg labels/train/1.txt data.yaml")]
    [InlineData(ImportLayout.Yolo, "1.jpg 1.txt classes.txt")]
    public void Of_TheNamesOfAnImport_RecognisesItsLayout(ImportLayout expected, string names) =>
        Assert.Equal(expected, LayoutDetection.Of(names.Split(' ')));
}

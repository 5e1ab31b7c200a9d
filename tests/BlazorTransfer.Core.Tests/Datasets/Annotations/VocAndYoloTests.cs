using BlazorTransfer.Core.Datasets;
using static BlazorTransfer.Core.Tests.Datasets.Annotations.AnnotatedImport;

namespace BlazorTransfer.Core.Tests.Datasets.Annotations;

public sealed class VocAndYoloTests
{
    private static string Voc(string file, params (string Label, string Box)[] objects) =>
        $"<annotation><filename>{file}</filename><size><width>{Width}</width><height>{Height}</height></size>"
        + string.Concat(
            objects.Select(o =>
            {
                string[] edges = o.Box.Split(' ');
                return $"<object><name>{o.Label}</name><part><name>leg</name><bndbox><xmin>1</xmin></bndbox></part><bndbox>"
                    + $"<xmin>{edges[0]}</xmin><ymin>{edges[1]}</ymin><xmax>{edges[2]}</xmax><ymax>{edges[3]}</ymax></bndbox></object>";
            })
        )
        + "</annotation>";

    [Fact]
    public void Voc_AsCrops_CountsPixelsFromOne()
    {
        ImportResult result = Run(
            new(ImportLayout.Voc, BoxUse.Crops),
            [
                ("Annotations/a.xml", Voc("a.jpg", ("cat", "1 1 100 80"), ("dog", "11 21 20 30"))),
                ("Annotations/b.xml", Voc("renamed.jpg", ("dog", "2 2 3 3"))),
                .. Images("JPEGImages/a.jpg", "JPEGImages/b.jpg", "JPEGImages/c.jpg"),
            ]
        );

        Assert.Equal(
            [("cat", new PixelArea(0, 0, 100, 80)), ("dog", new(1, 1, 2, 2)), ("dog", new(10, 20, 10, 10))],
            result.Manifest.Samples.Select(s => (s.Label!, s.Region!.Value)).OrderBy(s => s.Item2.Left)
        );
        Assert.Equal(["JPEGImages/c.jpg: No annotation file says anything about it."], result.Skipped());
    }

    [Fact]
    public void Voc_WithListsOfNames_TakesTheirSplits()
    {
        ImportResult result = Run(
            new(ImportLayout.Voc),
            [
                ("ImageSets/Main/train.txt", "a\nb\n"),
                ("ImageSets/Main/val.txt", "c\n"),
                ("ImageSets/Main/cat_train.txt", "c 1\n"),
                ("Annotations/a.xml", Voc("a.jpg", ("cat", "1 1 9 9"))),
                ("Annotations/b.xml", Voc("b.jpg", ("dog", "1 1 9 9"))),
                ("Annotations/c.xml", Voc("c.jpg", ("dog", "1 1 9 9"))),
                .. Images("JPEGImages/a.jpg", "JPEGImages/b.jpg", "JPEGImages/c.jpg"),
            ]
        );

        Assert.Equal(
            [Split.Train, Split.Train, Split.Validation],
            result.Manifest.Samples.OrderBy(s => s.Name, StringComparer.Ordinal).Select(s => s.Split)
        );
        Assert.Empty(result.Rejected);
    }

    [Fact]
    public void Voc_OfHostileFiles_SkipsEachWithItsReason()
    {
        string entities = "<!DOCTYPE a [<!ENTITY x \"xxxx\"><!ENTITY y \"&x;&x;&x;\">]><annotation><filename>&y;</filename></annotation>";
        string file = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><annotation><filename>&x;</filename></annotation>";

        ImportResult result = Run(
            new(ImportLayout.Voc),
            [
                ("Annotations/a.xml", Voc("a.jpg", ("cat", "1 1 9 9"))),
                (
                    "Annotations/b.xml",
                    Voc("b.jpg", ("dog", "1 1 9 9"), ("cat", "NaN 1 9 9"), ("cat", "Infinity 1 9 9"), ("cat", "9 9 1 1"))
                ),
                ("Annotations/c.xml", entities),
                ("Annotations/d.xml", file),
                ("Annotations/e.xml", "<annotation><filename>"),
                ("Annotations/f.xml", Voc("/etc/passwd", ("cat", "1 1 9 9"))),
                ("Annotations/g.xml", Voc("../../../secret.jpg", ("cat", "1 1 9 9"))),
                .. Images("JPEGImages/a.jpg", "JPEGImages/b.jpg"),
            ]
        );

        Assert.Equal(["JPEGImages/a.jpg: cat", "JPEGImages/b.jpg: dog"], result.Labels());
        string[] skipped = result.Skipped();
        Assert.Equal(8, skipped.Length);
        Assert.Equal(2, skipped.Count(s => s.Contains("document type definition", StringComparison.Ordinal)));
        Assert.Contains("Annotations/e.xml: It is no valid XML, in line 1.", skipped);
        Assert.Contains(skipped, s => s.StartsWith("Annotations/f.xml: /etc/passwd: Its name starts with '/'", StringComparison.Ordinal));
        Assert.Contains(skipped, s => s.Contains("leads out of a folder", StringComparison.Ordinal));
        Assert.Contains("Annotations/b.xml, object 4: Its box has no area.", skipped);
    }

    [Fact]
    public void Yolo_WithYamlAndSplitFolders_ReadsBoxesAndOutlines()
    {
        ImportResult result = Run(
            new(ImportLayout.Yolo, BoxUse.Crops),
            [
                ("data.yaml", "path: ../x\ntrain: images/train\nnames:\n  0: cat\n  1: big dog\nextra: {names: [no]}\n"),
                ("labels/train/a.txt", "0 0.5 0.5 0.2 0.5\n1 0.1 0.1 0.3 0.1 0.2 0.4\n"),
                ("labels/val/a.txt", "1 0.5 0.5 1 1 0.9\n"),
                .. Images("images/train/a.jpg", "images/val/a.jpg"),
            ]
        );

        Assert.Equal(["big dog", "cat"], result.Manifest.Classes);
        Assert.Equal(
            [
                ("images/train/a.jpg", "big dog", new PixelArea(10, 8, 20, 24), Split.Train),
                ("images/train/a.jpg", "cat", new(40, 20, 20, 40), Split.Train),
                ("images/val/a.jpg", "big dog", new(0, 0, 100, 80), Split.Validation),
            ],
            result
                .Manifest.Samples.Select(s => (s.Name, s.Label!, s.Region!.Value, s.Split))
                .OrderBy(s => s.Name, StringComparer.Ordinal)
                .ThenBy(s => s.Item3.Left)
        );
    }

    [Fact]
    public void Yolo_WithAListOfClasses_TakesImagesWithoutATextFileAsEmpty()
    {
        ImportResult result = Run(
            new(ImportLayout.Yolo),
            [
                ("classes.txt", "\uFEFFcat\r\ndog\r\n"),
                ("a.txt", "0 0.5 0.5 0.2 0.5"),
                ("b.txt", "1 0.5 0.5 0.2 0.5\n7 0.5 0.5 0.1 0.1\n-1 0 0 1 1\n0 nan 0.5 0.1 0.1\n0 0.5\n"),
                .. Images("a.jpg", "b.jpg", "empty.jpg"),
            ]
        );

        Assert.Equal(["a.jpg: cat", "b.jpg: dog", "empty.jpg: "], result.Labels());
        Assert.Equal(
            [
                "b.txt, line 2: '7' is no number of a class, 0 to 1.",
                "b.txt, line 3: '-1' is no number of a class, 0 to 1.",
                "b.txt, line 4: Its box has a value that is missing or no finite number.",
                "b.txt, line 5: A line needs a class and four numbers, or the corners of an outline.",
            ],
            result.Skipped().Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("names: &a [cat, *a]", "no YAML file")]
    [InlineData("a: &a {names: *a}\nnames: *a", "names no class")]
    [InlineData("names: [cat, [dog]]", "no YAML file")]
    [InlineData("names: {0: cat, 2: dog}", "do not count from 0")]
    [InlineData("names: {zero: cat}", "no whole number")]
    [InlineData("names: []", "names no class")]
    [InlineData("\t: [", "no YAML file")]
    public void Yolo_OfABrokenListOfClasses_SaysWhatIsWrong(string yaml, string words)
    {
        ImportException e = Assert.Throws<ImportException>(() =>
            Run(new(ImportLayout.Yolo), [("data.yaml", yaml), ("a.txt", "0 0.5 0.5 1 1"), .. Images("a.jpg")])
        );

        Assert.Contains(words, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ImportLayout.Coco, "No COCO instances file")]
    [InlineData(ImportLayout.Voc, "No Pascal VOC file")]
    [InlineData(ImportLayout.Yolo, "No file names the classes")]
    [InlineData(ImportLayout.Table, "no labels.csv")]
    public void Import_OfALayoutThatIsNotThere_SaysWhatIsMissing(ImportLayout layout, string words)
    {
        ImportException e = Assert.Throws<ImportException>(() => Run(new(layout), Images("a/1.jpg", "b/2.jpg")));

        Assert.Contains(words, e.Message, StringComparison.Ordinal);
    }
}

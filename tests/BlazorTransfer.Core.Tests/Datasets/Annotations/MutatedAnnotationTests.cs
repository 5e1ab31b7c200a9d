using System.Text;
using BlazorTransfer.Core.Datasets;
using CsCheck;

namespace BlazorTransfer.Core.Tests.Datasets.Annotations;

/// <summary>Annotation files with wrong, missing and repeated bytes: each is read, or refused in words.</summary>
public sealed class MutatedAnnotationTests
{
    private static readonly string[] Images = ["a.jpg", "b.jpg", "c.jpg", "d.jpg"];

    public static TheoryData<ImportLayout, string, string> Files =>
        new()
        {
            {
                ImportLayout.Coco,
                "instances.json",
                """
                    {"images":[{"id":1,"file_name":"a.jpg","width":9,"height":9},
                    {"id":2,"file_name":"b.jpg"}],"categories":[{"id":1,"name":"cat"},
                    {"id":2,"name":"dog"}],"annotations":[{"image_id":1,"category_id":1,"bbox":[1,2,3,4]},
                    {"image_id":2,"category_id":2,"bbox":[0.5,1e1,3,4]}]}
                    """
            },
            {
                ImportLayout.Voc,
                "a.xml",
                "<annotation><filename>a.jpg</filename><size><width>9</width></size><object><name>cat</name>"
                    + "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object></annotation>"
            },
            { ImportLayout.Yolo, "data.yaml", "train: x\nnames:\n  0: cat\n  1: dog\nnc: 2\n" },
            { ImportLayout.Yolo, "classes.txt", "cat\ndog\n" },
            { ImportLayout.Yolo, "b.txt", "0 0.5 0.5 0.1 0.1\n1 0.1 0.1 0.2 0.2 0.3 0.1\n" },
            { ImportLayout.Table, "labels.csv", "file,labels,split,x\na.jpg,\"cat|dog\",train,1\nb.jpg,dog,val,\"a\nb\"\n" },
        };

    [Theory]
    [MemberData(nameof(Files))]
    public void Plan_OfAMutatedFile_IsMadeOrRefusedInWords(ImportLayout layout, string name, string content)
    {
        byte[] whole = Encoding.UTF8.GetBytes(content);
        Gen.Select(Gen.Int[0, whole.Length - 1].Array[0, 5], Gen.Byte, Gen.Int[1, whole.Length], Gen.Int[0, 3])
            .Sample(
                (places, value, length, repeats) =>
                {
                    byte[] damaged = [.. whole];
                    foreach (int place in places)
                        damaged[place] = value;
                    damaged = [.. damaged[..length], .. Enumerable.Repeat(damaged, repeats).SelectMany(d => d)];
                    var files = new Dictionary<string, byte[]>
                    {
                        ["data.yaml"] = "names: [cat, dog]"u8.ToArray(),
                        ["a.txt"] = "0 0.5 0.5 1 1"u8.ToArray(),
                        [name] = damaged,
                    };
                    if (name == "classes.txt")
                        files.Remove("data.yaml");
                    foreach (string image in Images)
                        files[image] = [];
                    foreach (BoxUse use in Enum.GetValues<BoxUse>())
                    {
                        try
                        {
                            var plan = ImportPlan.Of([.. files.Keys], n => (files[n], null), new ImportOptions(layout, use));
                            plan.Assemble(
                                [.. plan.Placed.Select(p => new ImportedImage(p, new StoredImage(p.Name, p.Name, 9, 9)))],
                                [],
                                SplitPlan.Default
                            );
                        }
                        catch (ImportException e)
                        {
                            Assert.True(e.Message.Length > 10);
                        }
                    }
                },
                iter: 1500
            );
    }
}

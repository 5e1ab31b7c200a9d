using System.Security.Cryptography;
using System.Text.Json;
using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Training.Tests.LabelKinds;

/// <summary>The photographs of <c>coco-small</c> as a data set with several labels: the categories whose boxes an image has.</summary>
internal static class CocoImages
{
    public static string Images => SharedFiles.Path("data", "coco-small", "images");

    /// <summary>The categories that occur, in the order of their numbers, and the images divided by iterative stratification.</summary>
    /// <param name="validation">Share of validation images.</param>
    public static DatasetManifest Read(double validation)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(SharedFiles.Path("data", "coco-small", "instances.json")));
        Dictionary<int, string> names = file
            .RootElement.GetProperty("categories")
            .EnumerateArray()
            .ToDictionary(c => c.GetProperty("id").GetInt32(), c => c.GetProperty("name").GetString()!);
        ILookup<int, int> categories = file
            .RootElement.GetProperty("annotations")
            .EnumerateArray()
            .ToLookup(a => a.GetProperty("image_id").GetInt32(), a => a.GetProperty("category_id").GetInt32());
        Sample[] samples =
        [
            .. file
                .RootElement.GetProperty("images")
                .EnumerateArray()
                .Select(i =>
                {
                    string name = i.GetProperty("file_name").GetString()!;
                    return new Sample
                    {
                        File = name,
                        Sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Images, name)))),
                        Name = name,
                        Labels = [.. categories[i.GetProperty("id").GetInt32()].Distinct().Order().Select(c => names[c])],
                        Split = Split.Train,
                        Width = i.GetProperty("width").GetInt32(),
                        Height = i.GetProperty("height").GetInt32(),
                    };
                }),
        ];
        string[] occurring = [.. categories.SelectMany(c => c).Distinct().Order().Select(c => names[c])];
        return new DatasetManifest(occurring, new SplitPlan(validation).Apply(samples)) { Kind = LabelKind.MultiLabel };
    }
}

using System.Text.Json;

namespace BlazorTransfer.Core.Datasets.Export;

/// <summary>Writes COCO instances (Lin et al., 2014), a file for each split.</summary>
internal static class CocoExport
{
    public static IEnumerable<ExportedFile> Files(DatasetManifest version)
    {
        var names = new ExportNames();
        var images = new List<ExportedFile>();
        var numbers = version.Classes.Select((name, i) => (name, i + 1)).ToDictionary(c => c.name, c => c.Item2, StringComparer.Ordinal);
        foreach (IGrouping<Split, Sample> split in version.Samples.GroupBy(s => s.Split).OrderBy(g => g.Key))
        {
            string folder = ExportNames.FolderOf(split.Key);
            // The regions of an image share its file.
            (string Name, Sample[] Samples)[] files =
            [
                .. split
                    .GroupBy(s => s.Sha256, StringComparer.Ordinal)
                    .Select(g => (names.NameOf($"{ExportNames.Images}/{folder}", g.First()), g.ToArray())),
            ];
            images.AddRange(files.Select(f => ExportedFile.OfImage(f.Name, f.Samples[0])));
            yield return ExportedFile.OfText($"annotations/instances_{folder}.json", Write(version.Kind, numbers, files));
        }

        foreach (ExportedFile image in images)
            yield return image;
    }

    private static byte[] Write(LabelKind kind, Dictionary<string, int> classes, (string Name, Sample[] Samples)[] files)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartArray("images");
            for (int i = 0; i < files.Length; i++)
            {
                json.WriteStartObject();
                json.WriteNumber("id", i + 1);
                json.WriteString("file_name", files[i].Name);
                json.WriteNumber("width", files[i].Samples[0].Width);
                json.WriteNumber("height", files[i].Samples[0].Height);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("categories");
            foreach ((string name, int number) in classes.OrderBy(c => c.Value))
            {
                json.WriteStartObject();
                json.WriteNumber("id", number);
                json.WriteString("name", name);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("annotations");
            int id = 0;
            for (int i = 0; i < files.Length; i++)
            {
                foreach (Sample sample in files[i].Samples)
                {
                    PixelArea box = sample.Region ?? new PixelArea(0, 0, sample.Width, sample.Height);
                    foreach (string label in sample.LabelsOf(kind) ?? [])
                        Annotation(json, ++id, i + 1, classes[label], box);
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static void Annotation(Utf8JsonWriter json, int id, int image, int category, PixelArea box)
    {
        json.WriteStartObject();
        json.WriteNumber("id", id);
        json.WriteNumber("image_id", image);
        json.WriteNumber("category_id", category);
        json.WriteStartArray("bbox");
        foreach (int number in new[] { box.Left, box.Top, box.Width, box.Height })
            json.WriteNumberValue(number);
        json.WriteEndArray();
        json.WriteNumber("area", (long)box.Width * box.Height);
        json.WriteNumber("iscrowd", 0);
        json.WriteEndObject();
    }
}

using System.Xml;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;

namespace BlazorTransfer.Core.Datasets.Annotations;

/// <summary>
/// Pascal VOC (Everingham et al., 2010): an XML file for each image. Its boxes count pixels from 1 and include the last one. Lists of
/// names in <c>ImageSets</c>, such as <c>train.txt</c>, give the splits.
/// </summary>
internal static class VocFile
{
    private const int MostCharacters = 16 << 20;

    public static void ReadAll(IReadOnlyCollection<string> names, Func<string, (byte[]? Bytes, Message? Reason)> read, AnnotationSet set)
    {
        Dictionary<string, Split> splits = Splits(names, read, set);
        foreach (string file in names.Where(IsFile).Order(StringComparer.Ordinal))
        {
            set.HasRead(file);
            (byte[]? bytes, Message? reason) = read(file);
            try
            {
                if (bytes is null)
                    set.Skip(() => file, reason!);
                else
                    Read(file, bytes, splits, set);
            }
            catch (XmlException e)
            {
                set.Skip(
                    () => file,
                    e.Message.Contains("DTD", StringComparison.Ordinal)
                        ? Message.Of(
                            "annotations.dtd",
                            $"It has a document type definition, which is not read. Remove the line '<!DOCTYPE'."
                        )
                        : Message.Of("annotations.no-xml", $"It is no valid XML, in line {e.LineNumber}.")
                );
            }
        }

        if (set.Images.Count == 0)
            throw new ImportException(
                Message.JoinLines([
                    Message.Of(
                        "annotations.no-voc-file",
                        $"No Pascal VOC file names an image of this import. Put the XML files into a folder Annotations, and the images "
                            + $"into JPEGImages beside it."
                    ),
                    .. SkippedFiles.Summarise(set.Rejected),
                ])
            );
    }

    public static bool IsFile(string name) => name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase);

    private static void Read(string file, byte[] bytes, Dictionary<string, Split> splits, AnnotationSet set)
    {
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = MostCharacters,
            IgnoreComments = true,
            IgnoreWhitespace = true,
        };
        using var xml = XmlReader.Create(new MemoryStream(bytes, writable: false), settings);
        string? named = null;
        double width = 0,
            height = 0;
        var boxes = new List<(string? Label, double[] Edges)>();
        var path = new List<string>();
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.Element && !xml.IsEmptyElement)
            {
                path.Add(xml.Name);
                if (path is ["annotation", "object"])
                    boxes.Add((null, [double.NaN, double.NaN, double.NaN, double.NaN]));
            }
            else if (xml.NodeType == XmlNodeType.EndElement)
            {
                path.RemoveAt(path.Count - 1);
            }
            else if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
            {
                switch (path)
                {
                    case ["annotation", "filename"]:
                        named = xml.Value.Trim();
                        break;
                    case ["annotation", "size", "width"]:
                        width = Number(xml.Value);
                        break;
                    case ["annotation", "size", "height"]:
                        height = Number(xml.Value);
                        break;
                    case ["annotation", "object", "name"]:
                        boxes[^1] = (xml.Value, boxes[^1].Edges);
                        break;
                    // Parts of a person have boxes of their own, deeper inside.
                    case ["annotation", "object", "bndbox", var edge]
                        when Array.IndexOf(["xmin", "ymin", "xmax", "ymax"], edge) is >= 0 and var which:
                        boxes[^1].Edges[which] = Number(xml.Value);
                        break;
                }
            }
        }

        Add(file, named, (width, height), boxes, splits, set);
    }

    private static void Add(
        string file,
        string? named,
        (double Width, double Height) size,
        List<(string? Label, double[] Edges)> boxes,
        Dictionary<string, Split> splits,
        AnnotationSet set
    )
    {
        string path = ImportName.Clean(named ?? "");
        if (named is { Length: > 0 } && ImportName.WhyRefused(path) is { } refused)
        {
            set.Skip(() => $"{file}: {ImportName.Printable(named)}", refused);
            return;
        }

        string? image = (path.Length > 0 ? set.Names.Find(path, file) : null) ?? set.Names.FindBeside(file);
        if (image is null)
        {
            set.Skip(() => file, Message.Of("annotations.voc-image-absent", $"Its image '{path}' is not there, or more than once."));
            return;
        }

        AnnotatedImage annotated = set.Image(image);
        annotated.Size ??= size is { Width: > 0 and < int.MaxValue, Height: > 0 and < int.MaxValue }
            ? ((int)size.Width, (int)size.Height)
            : null;
        annotated.Split ??= splits.TryGetValue(Path.GetFileNameWithoutExtension(image), out Split listed)
            ? listed
            : AnnotationSet.SplitOfFolders(image);
        for (int i = 0; i < boxes.Count; i++)
        {
            int number = i + 1;
            double[] edges = boxes[i].Edges;
            set.Add(
                image,
                new LabelledBox(
                    AnnotationSet.ClassName(file, boxes[i].Label),
                    edges[0] - 1,
                    edges[1] - 1,
                    edges[2] - edges[0] + 1,
                    edges[3] - edges[1] + 1
                ),
                () => $"{file}, object {number}"
            );
        }
    }

    private static Dictionary<string, Split> Splits(
        IEnumerable<string> names,
        Func<string, (byte[]? Bytes, Message? Reason)> read,
        AnnotationSet set
    )
    {
        var splits = new Dictionary<string, Split>(StringComparer.Ordinal);
        foreach (string file in names.Where(n => n.Contains("ImageSets/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            set.HasRead(file);
            // Others are of one class each, or join two splits.
            if (ClassFolderLayout.SplitOf(Path.GetFileNameWithoutExtension(file)) is not { } split || read(file).Bytes is not { } bytes)
                continue;
            foreach (string line in (TextEncoding.DecodeUtf8(bytes) ?? "").Split('\n', StringSplitOptions.TrimEntries))
                splits.TryAdd(line, split);
        }

        return splits;
    }

    private static double Number(string text) => NumberText.TryParse(text.Trim(), out double number, out _) ? number : double.NaN;
}

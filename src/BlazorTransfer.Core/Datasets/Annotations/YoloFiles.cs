using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace BlazorTransfer.Core.Datasets.Annotations;

/// <summary>
/// YOLO (Redmon et al., 2016; as Ultralytics writes it): a text file for each image, with a line for each object: the number of its class,
/// and its centre, width and height, or the corners of its outline, as fractions of the image. The classes are named in
/// <c>data.yaml</c>, <c>classes.txt</c> or a file that ends with <c>.names</c>. An image without a text file shows none of the classes.
/// </summary>
internal static class YoloFiles
{
    private const int MostLabelBytes = 8 << 20;
    private const int MostYamlBytes = 4 << 20;

    public static void ReadAll(IReadOnlyCollection<string> names, Func<string, (byte[]? Bytes, Message? Reason)> read, AnnotationSet set)
    {
        string[] classes = Classes(names, read, set);
        foreach (string file in names.Where(IsLabelFile).Order(StringComparer.Ordinal))
        {
            if (set.Names.FindBeside(file) is not { } image)
                continue;
            set.HasRead(file);
            (byte[]? bytes, Message? reason) = read(file);
            if (bytes is null)
                set.Skip(() => file, reason!);
            else if (bytes.Length > MostLabelBytes)
                set.Skip(() => file, Message.Of("annotations.label-file-large", $"It is larger than {MostLabelBytes >> 20} MB."));
            else
                Read(file, image, bytes, classes, set);
        }

        if (set.Images.Count == 0)
            throw new ImportException(
                Message.JoinLines([
                    Message.Of(
                        "annotations.no-yolo-file",
                        $"No YOLO text file has the name of an image of this import. Put them into a folder labels, beside a folder images."
                    ),
                    .. SkippedFiles.Summarise(set.Rejected),
                ])
            );
        foreach (string image in set.Names.All)
            set.Image(image).Split ??= AnnotationSet.SplitOfFolders(image);
    }

    /// <summary>A file that names the classes.</summary>
    public static bool IsNames(string name) =>
        Path.GetFileName(name) is var file
        && (
            file.Equals("classes.txt", StringComparison.OrdinalIgnoreCase)
            || file.EndsWith(".names", StringComparison.OrdinalIgnoreCase)
            || IsYaml(file)
        );

    private static bool IsYaml(string name) =>
        name.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase);

    private static bool IsLabelFile(string name) => name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) && !IsNames(name);

    private static string[] Classes(
        IReadOnlyCollection<string> names,
        Func<string, (byte[]? Bytes, Message? Reason)> read,
        AnnotationSet set
    )
    {
        // The one of YAML says more; of several, the outermost counts.
        string file =
            names
                .Where(IsNames)
                .OrderBy(n => IsYaml(n) ? 0 : 1)
                .ThenBy(n => n.Count(c => c == '/'))
                .ThenBy(n => n, StringComparer.Ordinal)
                .FirstOrDefault()
            ?? throw new ImportException(
                "annotations.no-class-names",
                $"No file names the classes. Add data.yaml with 'names', or classes.txt with one name in each line."
            );
        foreach (string other in names.Where(IsNames))
            set.HasRead(other);
        (byte[]? bytes, Message? reason) = read(file);
        if (bytes is null)
            throw new ImportException("annotations.unreadable", $"{file} cannot be read. {reason!}");
        if (bytes.Length > MostYamlBytes || TextEncoding.DecodeUtf8(bytes) is not { } text)
            throw new ImportException(
                "annotations.class-names-no-text",
                $"{file} is larger than {MostYamlBytes >> 20} MB, or is not UTF-8."
            );
        string[] classes = IsYaml(file) ? NamesIn(file, text) : [.. text.TrimStart('\uFEFF').TrimEnd().Split('\n').Select(l => l.Trim())];
        return classes.Length is 0 or > AnnotationSet.MostClasses
            ? throw new ImportException("annotations.class-count", $"{file} names no class, or more than {AnnotationSet.MostClasses:N0}.")
            : [.. classes.Select(c => AnnotationSet.ClassName(file, c))];
    }

    /// <summary>The list or map <c>names</c> of a YAML file, read as events: a reference to another part, which may lead in a circle, is
    /// not followed.</summary>
    private static string[] NamesIn(string file, string text)
    {
        var names = new SortedDictionary<int, string>();
        try
        {
            var yaml = new Parser(new StringReader(text));
            yaml.Consume<StreamStart>();
            yaml.Consume<DocumentStart>();
            yaml.Consume<MappingStart>();
            while (!yaml.TryConsume<MappingEnd>(out _))
            {
                if (!yaml.TryConsume<Scalar>(out Scalar? key) || key.Value != "names")
                    yaml.SkipThisAndNestedEvents();
                else if (yaml.TryConsume<SequenceStart>(out _))
                    while (!yaml.TryConsume<SequenceEnd>(out _))
                        names[names.Count] = yaml.Consume<Scalar>().Value;
                else if (yaml.TryConsume<MappingStart>(out _))
                    while (!yaml.TryConsume<MappingEnd>(out _))
                        names[NumberOf(file, yaml.Consume<Scalar>().Value)] = yaml.Consume<Scalar>().Value;
            }
        }
        // A text that ends too early is another exception.
        catch (Exception e) when (e is YamlException or EndOfStreamException or InvalidOperationException)
        {
            long line = e is YamlException { Start: var start } ? start.Line : text.Split('\n').Length;
            throw new ImportException(
                "annotations.no-yaml",
                $"{file} is no YAML file of a data set, in line {line}. Write the classes as a list under 'names'."
            );
        }

        return names.Keys.SequenceEqual(Enumerable.Range(0, names.Count))
            ? [.. names.Values]
            : throw new ImportException("annotations.yaml-gap", $"{file}: the numbers under 'names' do not count from 0.");
    }

    private static int NumberOf(string file, string text) =>
        NumberText.TryParseInteger(text, out int number, out _)
            ? number
            : throw new ImportException("annotations.yaml-number", $"{file}: '{Short(text)}' under 'names' is no whole number.");

    private static void Read(string file, string image, byte[] bytes, string[] classes, AnnotationSet set)
    {
        AnnotatedImage annotated = set.Image(image);
        annotated.Split ??= AnnotationSet.SplitOfFolders(image) ?? AnnotationSet.SplitOfFolders(file);
        string[] lines = (TextEncoding.DecodeUtf8(bytes) ?? "?").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string[] words = lines[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
                continue;
            int number = i + 1;
            string Subject() => $"{file}, line {number}";
            if (!NumberText.TryParseInteger(words[0], out int label, out _) || label < 0 || label >= classes.Length)
                set.Skip(
                    Subject,
                    Message.Of("annotations.unknown-class", $"'{Short(words[0])}' is no number of a class, 0 to {classes.Length - 1}.")
                );
            else if (BoxOf(classes[label], words[1..]) is { } box)
                set.Add(image, box, Subject);
            else
                set.Skip(
                    Subject,
                    Message.Of("annotations.yolo-line", $"A line needs a class and four numbers, or the corners of an outline.")
                );
        }
    }

    private static LabelledBox? BoxOf(string label, string[] words)
    {
        double[] numbers = [.. words.Select(w => NumberText.TryParse(w, out double number, out _) ? number : double.NaN)];
        // A fifth number is a confidence.
        if (numbers.Length is 4 or 5)
            return new LabelledBox(
                label,
                numbers[0] - numbers[2] / 2,
                numbers[1] - numbers[3] / 2,
                numbers[2],
                numbers[3],
                IsRelative: true
            );
        if (numbers.Length < 6 || numbers.Length % 2 == 1)
            return null;
        double[] x = [.. numbers.Where((_, i) => i % 2 == 0)],
            y = [.. numbers.Where((_, i) => i % 2 == 1)];
        return new LabelledBox(label, x.Min(), y.Min(), x.Max() - x.Min(), y.Max() - y.Min(), IsRelative: true);
    }

    private static string Short(string word) => word.Length > 20 ? word[..20] + "…" : word;
}

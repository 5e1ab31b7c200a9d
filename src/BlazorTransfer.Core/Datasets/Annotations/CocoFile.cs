using System.Text.Json;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets.Annotations;

/// <summary>
/// COCO instances (Lin et al., 2014): a JSON file with <c>images</c>, <c>categories</c> and <c>annotations</c>, which refer to one another
/// by numbers. An image that it lists without an annotation shows none of the classes.
/// </summary>
internal sealed class CocoFile
{
    private readonly Dictionary<long, string> _classes = [];
    private readonly Dictionary<long, (string Name, int Width, int Height)> _images = [];
    private readonly List<Annotation> _annotations = [];
    private readonly HashSet<string> _parts = new(StringComparer.Ordinal);
    private readonly string _name;

    private CocoFile(string name, Stream content)
    {
        _name = name;
        var json = new JsonTokens(name, content);
        if (!json.Read() || json.Type != JsonTokenType.StartObject)
            return;
        json.Object(property =>
        {
            Action? part = property switch
            {
                "images" => () => ReadImage(json),
                "categories" => () => ReadCategory(json),
                "annotations" => () => ReadAnnotation(json),
                _ => null,
            };
            if (part is null)
                json.Skip();
            else if (json.Array(part))
                _parts.Add(property);
        });
        // What follows the object is no JSON, which reading on finds.
        while (json.Read()) { }
    }

    private bool IsComplete => _parts.Count == 3;

    public static void ReadAll(IReadOnlyCollection<string> names, Func<string, (byte[]? Bytes, Message? Reason)> read, AnnotationSet set)
    {
        string[] files = [.. names.Where(IsFile).Order(StringComparer.Ordinal)];
        // Beside instances, COCO has captions and key points of the same images.
        if (files.Any(IsInstances))
            files = [.. files.Where(IsInstances)];
        foreach (string file in files)
        {
            set.HasRead(file);
            (byte[]? bytes, Message? reason) = read(file);
            if (bytes is null)
                throw new ImportException("annotations.unreadable", $"{file} cannot be read. {reason!}");
            var coco = new CocoFile(file, new MemoryStream(bytes, writable: false));
            if (coco.IsComplete)
                coco.AddTo(set);
            else
                set.Skip(
                    () => file,
                    Message.Of("annotations.no-coco", $"It is no COCO instances file: it lacks images, categories or annotations.")
                );
        }

        if (set.Images.Count == 0)
            throw new ImportException(
                Message.JoinLines([
                    Message.Of(
                        "annotations.no-coco-file",
                        $"No COCO instances file names an image of this import. Put the JSON file, such as instances.json, beside the "
                            + $"images."
                    ),
                    .. SkippedFiles.Summarise(set.Rejected),
                ])
            );
    }

    public static bool IsFile(string name) => name.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    public static bool IsInstances(string name) =>
        IsFile(name)
        && Path.GetFileName(name) is var file
        && (file.Contains("instances", StringComparison.OrdinalIgnoreCase) || file.Contains("coco", StringComparison.OrdinalIgnoreCase));

    private void AddTo(AnnotationSet set)
    {
        Split? split = AnnotationSet.SplitOfFile(_name);
        var found = new Dictionary<long, string>();
        foreach ((long id, (string name, int width, int height)) in _images)
        {
            string path = ImportName.Clean(name);
            if (ImportName.WhyRefused(path) is { } refused)
            {
                set.Skip(() => $"{_name}: {ImportName.Printable(name)}", refused);
            }
            else if (set.Names.Find(path, _name) is { } file)
            {
                found[id] = file;
                AnnotatedImage image = set.Image(file);
                image.Split ??= split ?? AnnotationSet.SplitOfFolders(file);
                image.Size ??= width > 0 && height > 0 ? (width, height) : null;
            }
            else
            {
                set.Skip(
                    () => path,
                    Message.Of("annotations.image-absent", $"{_name} names it, and no file, or more than one, has this name.")
                );
            }
        }

        for (int i = 0; i < _annotations.Count; i++)
        {
            Annotation annotation = _annotations[i];
            int number = i + 1;
            string Subject() => $"{_name}, annotation {number}";
            if (!_classes.TryGetValue(annotation.Category, out string? label))
                set.Skip(
                    Subject,
                    Message.Of("annotations.unknown-category", $"It has the category {annotation.Category}, which is not listed.")
                );
            else if (!_images.ContainsKey(annotation.Image))
                set.Skip(
                    Subject,
                    Message.Of("annotations.unknown-image", $"It belongs to the image {annotation.Image}, which is not listed.")
                );
            else if (found.TryGetValue(annotation.Image, out string? file))
                set.Add(file, annotation.Box with { Label = label }, Subject);
        }
    }

    private void ReadImage(JsonTokens json)
    {
        long id = 0;
        string? name = null;
        double width = 0,
            height = 0;
        json.Object(property =>
        {
            switch (property)
            {
                case "id":
                    id = Id(json);
                    break;
                case "file_name":
                    name = json.Read() ? json.Text : null;
                    break;
                case "width":
                    width = Value(json);
                    break;
                case "height":
                    height = Value(json);
                    break;
                default:
                    json.Skip();
                    break;
            }
        });
        if (name is null)
            throw new ImportException("annotations.image-unnamed", $"{_name}: an image has no file_name.");
        if (!_images.TryAdd(id, (name, Whole(width), Whole(height))))
            throw new ImportException("annotations.image-twice", $"{_name}: two images have the id {id}.");
    }

    private void ReadCategory(JsonTokens json)
    {
        long id = 0;
        string? name = null;
        json.Object(property =>
        {
            if (property == "id")
                id = Id(json);
            else if (property == "name")
                name = json.Read() ? json.Text : null;
            else
                json.Skip();
        });
        if (!_classes.TryAdd(id, AnnotationSet.ClassName(_name, name)) || _classes.Count > AnnotationSet.MostClasses)
            throw new ImportException(
                "annotations.category-twice",
                $"{_name}: two categories have the id {id}, or there are more than {AnnotationSet.MostClasses:N0}."
            );
    }

    private void ReadAnnotation(JsonTokens json)
    {
        long image = long.MinValue,
            category = long.MinValue;
        var box = new List<double>(4);
        json.Object(property =>
        {
            switch (property)
            {
                case "image_id":
                    image = Id(json);
                    break;
                case "category_id":
                    category = Id(json);
                    break;
                case "bbox":
                    json.Array(() =>
                    {
                        if (box.Count < 5)
                            box.Add(json.Number);
                        json.Skip();
                    });
                    break;
                default:
                    json.Skip();
                    break;
            }
        });
        _annotations.Add(
            new Annotation(image, category, box.Count == 4 ? new LabelledBox("", box[0], box[1], box[2], box[3]) : LabelledBox.Without(""))
        );
    }

    private long Id(JsonTokens json) =>
        Value(json) is var id && id == Math.Floor(id) && Math.Abs(id) < 1L << 53
            ? (long)id
            : throw new ImportException("annotations.odd-id", $"{_name}: an id is no whole number. Export it as COCO instances again.");

    private static double Value(JsonTokens json)
    {
        if (!json.Read())
            return double.NaN;
        double value = json.Number;
        json.Skip();
        return value;
    }

    private static int Whole(double side) => side is > 0 and < int.MaxValue ? (int)side : 0;

    private readonly record struct Annotation(long Image, long Category, LabelledBox Box);
}

using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;

namespace BlazorTransfer.Core.Datasets.Annotations;

/// <summary>What the annotation files of an import say of its images.</summary>
public sealed class AnnotationSet
{
    /// <summary>Limit of classes; the largest public sets have some thousands.</summary>
    public const int MostClasses = 20_000;
    private const int MostBoxes = 5_000_000;

    // Each as a line of the report; a broken file has millions.
    private const int MostReported = 1000;

    private readonly Dictionary<string, AnnotatedImage> _images = new(StringComparer.Ordinal);
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly List<RejectedFile> _rejected = [];
    private int _boxes;
    private int _unreported;

    private AnnotationSet(IReadOnlyCollection<string> names) => Names = new ImageNames(names);

    /// <summary>Images by their names in the import.</summary>
    public IReadOnlyDictionary<string, AnnotatedImage> Images => _images;

    /// <summary>The files that were read, none of which is an image.</summary>
    public IReadOnlySet<string> Files => _files;

    /// <summary>Annotations that could not be used, and why.</summary>
    public IReadOnlyList<RejectedFile> Rejected =>
        _unreported == 0
            ? _rejected
            :
            [
                .. _rejected,
                new RejectedFile(
                    _files.Order(StringComparer.Ordinal).First(),
                    Message.Of("annotations.more-skipped", $"{_unreported:N0} more of its annotations were skipped for such reasons.")
                ),
            ];

    internal ImageNames Names { get; }

    /// <summary>Reads the annotation files of a layout; null where the layout has none.</summary>
    /// <param name="layout">Which files to look for.</param>
    /// <param name="names">All files of the import.</param>
    /// <param name="read">Bytes of one, or why they cannot be had.</param>
    /// <exception cref="ImportException">A file is damaged, or there is none; the message says what to change.</exception>
    public static AnnotationSet? In(
        ImportLayout layout,
        IReadOnlyCollection<string> names,
        Func<string, (byte[]? Bytes, Message? Reason)> read
    )
    {
        var set = new AnnotationSet(names);
        switch (layout)
        {
            case ImportLayout.Coco:
                CocoFile.ReadAll(names, read, set);
                break;
            case ImportLayout.Voc:
                VocFile.ReadAll(names, read, set);
                break;
            case ImportLayout.Yolo:
                YoloFiles.ReadAll(names, read, set);
                break;
            case ImportLayout.Classes or ImportLayout.Domains or ImportLayout.Table or ImportLayout.Unlabelled:
                return null;
            default:
                throw new ArgumentOutOfRangeException(nameof(layout), layout, null);
        }

        // One split of a set that was published in several is divided as one without any.
        if (set._images.Values.Select(i => i.Split).Distinct().Count() == 1)
            foreach (AnnotatedImage image in set._images.Values)
                image.Split = null;
        return set;
    }

    /// <summary>The image of a name; made where nothing has been said of it yet.</summary>
    internal AnnotatedImage Image(string name)
    {
        if (!_images.TryGetValue(name, out AnnotatedImage? image))
            _images[name] = image = new AnnotatedImage();
        return image;
    }

    /// <param name="image">Name of the image in the import.</param>
    /// <param name="box">What is on it.</param>
    /// <param name="subject">Where that is said, such as <c>instances.json, annotation 3</c>.</param>
    internal void Add(string image, LabelledBox box, Func<string> subject)
    {
        if (++_boxes > MostBoxes)
            throw new ImportException(
                "annotations.too-many-boxes",
                $"The annotation files have more than {MostBoxes:N0} boxes. Split them into several data sets."
            );
        if (box.WhyInvalid() is { } reason)
            Skip(subject, reason);
        else
            Image(image).Add(box);
    }

    internal void Skip(Func<string> subject, Message reason)
    {
        if (_rejected.Count < MostReported)
            _rejected.Add(new RejectedFile(subject(), reason));
        else
            _unreported++;
    }

    internal void HasRead(string file) => _files.Add(file);

    /// <summary>A class by a name that can be one.</summary>
    /// <exception cref="ImportException">It is empty, too long, or has control characters.</exception>
    internal static string ClassName(string file, string? name) =>
        ImportName.Key(name ?? "") is { Length: > 0 and <= LabelTable.LongestLabel } key && NameRule.IsPlain(key)
            ? key
            : throw new ImportException(
                "annotations.odd-class",
                $"{file}: the class name '{ImportName.Printable((name ?? "")[..Math.Min(40, name?.Length ?? 0)])}' is empty, longer than "
                    + $"{LabelTable.LongestLabel} characters, or has signs that no name has."
            );

    /// <summary>The split that a folder of an image names, such as <c>images/train2017</c>; null where none does.</summary>
    internal static Split? SplitOfFolders(string file) =>
        file.Split('/')[..^1].Reverse().Select(SplitOf).FirstOrDefault(split => split is not null);

    /// <summary>The split that an annotation file's name or folder names, such as <c>instances_val2017.json</c>; null for none.</summary>
    internal static Split? SplitOfFile(string file) =>
        Path.GetFileNameWithoutExtension(file).Split('_', '-', '.', ' ').Select(SplitOf).FirstOrDefault(split => split is not null)
        ?? SplitOfFolders(file);

    private static Split? SplitOf(string name) => ClassFolderLayout.SplitOf(name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'));
}

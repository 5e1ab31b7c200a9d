using BlazorTransfer.Core.Datasets.Annotations;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets;

/// <summary>
/// What an import will take: which files are images, and what is said of each, before any image is read. A preview, an import in the web
/// application and one on the command line follow the same plan.
/// </summary>
public sealed class ImportPlan
{
    private readonly LabelTable? _table;

    private ImportPlan(ImportOptions options, LabelTable? table, ClassFolderLayout files, IReadOnlyList<RejectedFile> rejected) =>
        (Options, _table, Placed, Notes, Rejected) = (options, table, files.Placed, files.Notes, rejected);

    public ImportOptions Options { get; }

    /// <summary>Files to read as images, by name.</summary>
    public IReadOnlyList<PlacedFile> Placed { get; }

    /// <summary>Files and annotations that are not used, and why.</summary>
    public IReadOnlyList<RejectedFile> Rejected { get; }

    /// <summary>How names were read where that is not obvious, in sentences.</summary>
    public IReadOnlyList<Message> Notes { get; }

    /// <param name="names">All files, with forward slashes.</param>
    /// <param name="read">Bytes of one, or why they cannot be had.</param>
    /// <param name="options">How they are read.</param>
    /// <exception cref="UnknownEncodingException">A table of labels is not Unicode, and no encoding was chosen.</exception>
    /// <exception cref="ImportException">The files are not of the layout; the message says what to change.</exception>
    public static ImportPlan Of(
        IReadOnlyCollection<string> names,
        Func<string, (byte[]? Bytes, Message? Reason)> read,
        ImportOptions options
    )
    {
        if (options.Check() is { } wrong)
            throw new ImportException(wrong);
        var rejected = new List<RejectedFile>();
        LabelTable? table = options.Layout.HasBoxes() ? null : LabelTable.In(names, read, options.Layout, rejected, options.TableEncoding);
        AnnotationSet? annotations = AnnotationSet.In(options.Layout, names, read);
        ClassFolderLayout files = ClassFolderLayout.Of(names, options.Layout, table, annotations);
        return new ImportPlan(
            options,
            table,
            files,
            [.. rejected, .. files.Rejected, .. annotations?.Rejected ?? [], .. table?.Absent(names) ?? []]
        );
    }

    /// <summary>Further facts about an image that a table gives; null where there are none.</summary>
    public IReadOnlyDictionary<string, string>? TagsOf(string name) => _table?.TagsOf(name);

    /// <summary>Makes the data set.</summary>
    /// <param name="images">The placed files that are images.</param>
    /// <param name="rejected">Files that are not taken, also those that the source refused.</param>
    /// <param name="split">How to divide images that come without a split.</param>
    /// <param name="notes">What the source says of its names.</param>
    /// <exception cref="ImportException">No data set can be made of them; the message says what to change.</exception>
    public ImportResult Assemble(
        IReadOnlyList<ImportedImage> images,
        IEnumerable<RejectedFile> rejected,
        SplitPlan split,
        IReadOnlyList<Message>? notes = null
    )
    {
        List<RejectedFile> all = [.. Rejected, .. rejected];
        List<Message> told = [.. notes ?? [], .. Notes];
        IReadOnlyList<ImportedImage> samples = Options.Layout.HasBoxes() ? new BoxReading(Options).Apply(images, all, told) : images;
        return DatasetAssembler.Assemble(samples, all, split, Options.Layout, told);
    }
}

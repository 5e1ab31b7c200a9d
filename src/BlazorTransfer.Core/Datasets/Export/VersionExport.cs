using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets.Export;

/// <summary>How a version is written to files.</summary>
public enum ExportFormat
{
    /// <summary>Split folders with class folders inside, as torchvision's ImageFolder reads them; a table for tags.</summary>
    ClassFolders,

    /// <summary>A folder of images, and a table with their labels, splits and tags.</summary>
    Csv,

    /// <summary>COCO instances, a file for each split. A label of an image is a box as large as the image. Tags are left out.</summary>
    Coco,
}

/// <summary>A file of an exported version.</summary>
/// <param name="Name">Its name, with folders and forward slashes.</param>
/// <param name="Image">The image that it is, by its place among the stored images; null for a file of text.</param>
/// <param name="Content">The text; null for an image.</param>
public sealed record ExportedFile(string Name, string? Image, byte[]? Content)
{
    public static ExportedFile OfImage(string name, Sample sample) => new(name, sample.File, null);

    public static ExportedFile OfText(string name, byte[] content) => new(name, null, content);
}

/// <summary>
/// Writes a version in a layout that an import reads. What the layout can say comes back: such a version that is imported again has the
/// same <see cref="VersionHash"/>.
/// </summary>
public static class VersionExport
{
    /// <summary>Why a version cannot be written in a format, in a sentence that says which one to choose; null where it can.</summary>
    public static Message? WhyNot(ExportFormat format, DatasetManifest version) =>
        format switch
        {
            ExportFormat.Coco => null,
            _ when version.Samples.Any(s => s.Region is not null) => Message.Of(
                "export.regions",
                $"This data set has regions of images, which this format cannot name. Choose COCO."
            ),
            ExportFormat.Csv => null,
            ExportFormat.ClassFolders when version.Kind == LabelKind.MultiLabel => Message.Of(
                "export.several-classes",
                $"An image of this data set can have several classes, so that it belongs into no single folder. Choose CSV or COCO."
            ),
            ExportFormat.ClassFolders when version.Classes.FirstOrDefault(c => !ExportNames.IsFolder(c)) is { } odd => Message.Of(
                "export.odd-class",
                $"The class '{odd}' cannot be the name of a folder. Choose CSV or COCO, or rename the class."
            ),
            ExportFormat.ClassFolders => MixedLabels(version),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
        };

    /// <summary>The files, texts first.</summary>
    public static IEnumerable<ExportedFile> Files(ExportFormat format, DatasetManifest version) =>
        format switch
        {
            ExportFormat.ClassFolders => ClassFolders(version),
            ExportFormat.Csv => Csv(version),
            ExportFormat.Coco => CocoExport.Files(version),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
        };

    private static Message? MixedLabels(DatasetManifest version)
    {
        int unlabelled = version.Samples.Count(s => !s.IsLabelled);
        return unlabelled > 0 && unlabelled < version.Samples.Count
            ? Message.Of(
                "export.unlabelled",
                $"Some images have no label ({unlabelled:N0}), so that they belong into no folder. Choose CSV, or label or exclude them."
            )
            : null;
    }

    private static IEnumerable<ExportedFile> ClassFolders(DatasetManifest version)
    {
        var names = new ExportNames();
        (string Name, Sample Sample)[] images =
        [
            .. version.Samples.Select(s =>
                (names.NameOf(s.Label is null ? ExportNames.Images : $"{ExportNames.FolderOf(s.Split)}/{s.Label}", s), s)
            ),
        ];
        // Folders say the rest.
        if (version.Samples.Any(s => s.Tags.Count > 0))
            yield return LabelTableWriter.Write(images, kind: null);
        foreach ((string name, Sample sample) in images)
            yield return ExportedFile.OfImage(name, sample);
    }

    private static IEnumerable<ExportedFile> Csv(DatasetManifest version)
    {
        var names = new ExportNames();
        (string Name, Sample Sample)[] images = [.. version.Samples.Select(s => (names.NameOf(ExportNames.Images, s), s))];
        yield return LabelTableWriter.Write(images, version.Kind);
        foreach ((string name, Sample sample) in images)
            yield return ExportedFile.OfImage(name, sample);
    }
}

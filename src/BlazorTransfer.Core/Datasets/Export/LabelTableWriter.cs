using System.Text;

namespace BlazorTransfer.Core.Datasets.Export;

/// <summary>Writes a <c>labels.csv</c> that <see cref="LabelTable"/> reads.</summary>
internal static class LabelTableWriter
{
    private const char LabelSeparator = '|';

    /// <param name="images">Images with their names.</param>
    /// <param name="kind">How many classes an image has; null for a table without classes and splits, beside class folders.</param>
    public static ExportedFile Write(IReadOnlyList<(string Name, Sample Sample)> images, LabelKind? kind)
    {
        string[] tags = [.. images.SelectMany(i => i.Sample.Tags.Keys).Distinct().Order(StringComparer.Ordinal)];
        var text = new StringBuilder();
        Row(["file", .. kind is null ? [] : new[] { kind == LabelKind.MultiLabel ? "labels" : "class", "split" }, .. tags]);
        foreach ((string name, Sample sample) in images)
            Row([
                name,
                .. kind is { } known
                    ? new[] { string.Join(LabelSeparator, sample.LabelsOf(known) ?? []), ExportNames.FolderOf(sample.Split) }
                    : [],
                .. tags.Select(tag => sample.Tags.GetValueOrDefault(tag) ?? ""),
            ]);
        // With the mark, Excel reads names in any script.
        return ExportedFile.OfText("labels.csv", [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text.ToString())]);

        void Row(IEnumerable<string> fields) => text.AppendJoin(',', fields.Select(CsvCell.Write)).Append("\r\n");
    }
}

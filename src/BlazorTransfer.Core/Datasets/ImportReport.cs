using System.Globalization;
using System.Text;
using BlazorTransfer.Core.Datasets.Export;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets;

/// <summary>The report of an import as a CSV file (RFC 4180): a line for each sample that was taken, and for each file or annotation that
/// was skipped, with the reason.</summary>
public static class ImportReport
{
    /// <param name="target">Receives the file, in UTF-8 with the mark by which Excel recognises it.</param>
    /// <param name="samples">The samples of the data set.</param>
    /// <param name="rejected">What was skipped.</param>
    /// <param name="text">A reason in the reader's language.</param>
    public static void Write(Stream target, IEnumerable<Sample> samples, IEnumerable<RejectedFile> rejected, Func<Message, string> text)
    {
        using var csv = new StreamWriter(target, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        csv.NewLine = "\r\n";
        Row(csv, "file", "result", "labels", "split", "region", "sha256", "reason");
        foreach (Sample sample in samples)
            Row(
                csv,
                sample.Name,
                "taken",
                string.Join('|', sample.Labels ?? (sample.Label is { } label ? [label] : [])),
                sample.Split.ToString().ToLowerInvariant(),
                sample.Region is { } r ? string.Create(CultureInfo.InvariantCulture, $"{r.Left} {r.Top} {r.Width} {r.Height}") : "",
                sample.Sha256,
                ""
            );
        foreach (RejectedFile file in rejected)
            Row(csv, file.Name, "skipped", "", "", "", "", text(file.Reason));
    }

    private static void Row(TextWriter csv, params IEnumerable<string> fields) =>
        csv.WriteLine(string.Join(',', fields.Select(CsvCell.Write)));
}

using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets;

/// <summary>How some text reads in an encoding.</summary>
/// <param name="Encoding">The encoding.</param>
/// <param name="Samples">The first texts that are not plain ASCII.</param>
public sealed record EncodingPreview(TextEncoding Encoding, IReadOnlyList<string> Samples);

/// <summary>Text of an import is not UTF-8, and no encoding was chosen for it.</summary>
public sealed class UnknownEncodingException : ImportException
{
    private const int MostSamples = 6;
    private const int MostExamples = 3;
    private const int LongestSample = 80;

    private UnknownEncodingException(string subject, bool isTable, IReadOnlyList<EncodingPreview> previews)
        : base(Describe(subject, previews)) => (Subject, IsTable, Previews) = (subject, isTable, previews);

    /// <summary>The text, such as <c>labels.csv</c>.</summary>
    public string Subject { get; }

    /// <summary>Whether it is the table of labels, and not the names in a zip.</summary>
    public bool IsTable { get; }

    /// <summary>Encodings in which all of the text can be read; empty where none fits.</summary>
    public IReadOnlyList<EncodingPreview> Previews { get; }

    /// <param name="subject">The text, such as <c>labels.csv</c>.</param>
    /// <param name="isTable">Whether it is the table of labels.</param>
    /// <param name="texts">Its parts as bytes: names, or lines.</param>
    public static UnknownEncodingException For(string subject, bool isTable, IReadOnlyList<byte[]> texts)
    {
        byte[][] unknown = [.. texts.Where(t => t.AsSpan().ContainsAnyInRange((byte)0x80, (byte)0xFF))];
        byte[][] samples = [.. unknown.DistinctBy(t => Convert.ToHexString(isTable ? t : FolderOf(t))).Take(MostSamples)];
        return new UnknownEncodingException(
            subject,
            isTable,
            [
                .. TextEncoding
                    .All.Where(e => unknown.All(t => e.Decode(t) is { } read && !read.Any(c => char.IsControl(c) && c >= ' ')))
                    .Select(e => new EncodingPreview(e, [.. samples.Select(s => Short(e.Decode(s)!))])),
            ]
        );
    }

    // Names of one folder look alike; another folder's tell more.
    private static byte[] FolderOf(byte[] name) => Array.LastIndexOf(name, (byte)'/') is > 0 and int end ? name[..end] : name;

    private static string Short(string text) => text.Length > LongestSample ? text[..LongestSample] + "…" : text;

    private static Message Describe(string subject, IReadOnlyList<EncodingPreview> previews)
    {
        if (previews.Count == 0)
            return Messages.Message.Of(
                "encoding.none-fits",
                $"{subject}: the text is neither UTF-8 nor in one other known encoding. Write it as UTF-8."
            );
        string examples = string.Join("; ", previews.Take(MostExamples).Select(p => $"{p.Encoding.Name}: {p.Samples[0]}"));
        return previews.Count > MostExamples
            ? Messages.Message.Of(
                "encoding.choose-of-many",
                $"{subject}: the text is not UTF-8. Write it as UTF-8, or choose its encoding by how the text reads: {examples}; or "
                    + $"{previews.Skip(MostExamples).Select(p => p.Encoding.Name)}."
            )
            : Messages.Message.Of(
                "encoding.choose",
                $"{subject}: the text is not UTF-8. Write it as UTF-8, or choose its encoding by how the text reads: {examples}."
            );
    }
}

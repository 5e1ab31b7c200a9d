namespace BlazorTransfer.Core.Datasets;

/// <summary>The encodings that a user chose for an import's text that is not UTF-8.</summary>
/// <param name="Names">Of the names in a zip; null where none was chosen.</param>
/// <param name="Table">Of the table of labels; null where none was chosen.</param>
public sealed record ImportEncodings(TextEncoding? Names = null, TextEncoding? Table = null)
{
    public static ImportEncodings None { get; } = new();

    /// <summary>Reads the names of two encodings; the names' one also counts for the table where that has none of its own.</summary>
    /// <exception cref="ImportException">There is no such encoding.</exception>
    public static ImportEncodings Parse(string? names, string? table) =>
        new(
            string.IsNullOrWhiteSpace(names) ? null : TextEncoding.Find(names),
            (string.IsNullOrWhiteSpace(table) ? names : table) is { Length: > 0 } own ? TextEncoding.Find(own) : null
        );
}

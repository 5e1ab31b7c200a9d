namespace BlazorTransfer.Core.Datasets.Export;

/// <summary>
/// A cell of an exported table. A spreadsheet runs a cell that begins like a formula, and its text may be what a stranger called a class;
/// so such a cell gets an apostrophe, as OWASP advises, which <see cref="LabelTable"/> takes off again.
/// </summary>
public static class CsvCell
{
    private const char Guard = '\'';

    /// <summary>The cell as it stands in the file, between quotation marks where it needs them.</summary>
    public static string Write(string text)
    {
        string guarded = IsGuarded(text) ? Guard + text : text;
        return guarded.AsSpan().ContainsAny(",;\t\"\r\n") || guarded.Trim() != guarded
            ? $"\"{guarded.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : guarded;
    }

    /// <summary>The text of a cell, without the apostrophe that <see cref="Write"/> has put before it.</summary>
    public static string Read(string cell) => cell.Length > 1 && cell[0] == Guard && IsGuarded(cell[1..]) ? cell[1..] : cell;

    // A text that begins with the apostrophe itself gets another one, so that reading it gives the same text.
    private static bool IsGuarded(string text) =>
        text.TrimStart(Guard) is [var first, ..] && first is '=' or '+' or '-' or '@' or '\t' or '\r';
}

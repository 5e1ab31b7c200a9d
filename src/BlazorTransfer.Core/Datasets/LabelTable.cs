using System.Text;
using BlazorTransfer.Core.Datasets.Export;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;
using Microsoft.VisualBasic.FileIO;

namespace BlazorTransfer.Core.Datasets;

/// <summary>
/// A <c>labels.csv</c> beside the images: a column with files, and columns with labels of them, named in the first row. A column
/// <c>labels</c> has all classes of an image, perhaps none, separated by |, semicolons or commas. Files are named as they lie from the
/// table's folder. Separated by commas, semicolons or tabs; in UTF-8, Unicode with a byte order mark, or an encoding that
/// the user chooses.
/// </summary>
public sealed class LabelTable
{
    public const int MostColumns = 50;
    public const int LongestLabel = 100;
    private const int MostBytes = 32 << 20;

    private static readonly string[] FileNames = ["labels.csv", "metadata.csv", "labels.tsv", "metadata.tsv"];
    private static readonly string[] FileColumns = ["file", "file_name", "filename", "image", "path"];
    private static readonly string[] ClassColumns = ["class", "label"];
    private static readonly string[] LabelsColumns = ["labels", "classes", "tags"];
    private const string SplitColumn = "split";
    private static readonly char[] LabelSeparators = ['|', ';', ','];
    private const StringSplitOptions Trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
    private static readonly char[] LineEnds = ['\r', '\n'];
    private static readonly string[] Delimiters = [",", ";", "\t"];

    // By the file's name in the import, in composed form.
    private readonly Dictionary<string, Row> _rows;

    private LabelTable(string name, Dictionary<string, Row> rows, IReadOnlyList<string> columns) =>
        (Name, _rows, Columns) = (name, rows, columns);

    /// <summary>The table's own name in the import.</summary>
    public string Name { get; }

    /// <summary>What it tells of images beside class and split.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Reads the outermost table among the files of an import; null where there is none.</summary>
    /// <param name="names">All files, with forward slashes.</param>
    /// <param name="read">Bytes of one, or why they cannot be had.</param>
    /// <param name="layout">What the folders mean. Where they say enough, a table that is none of ours is left out, and not the whole
    /// import: many sets come with one.</param>
    /// <param name="rejected">Receives it, with the reason.</param>
    /// <param name="encoding">The table's encoding where it is not Unicode; null where none was chosen.</param>
    /// <exception cref="ImportException">It is no such table, and nothing else names the classes; the message says what to
    /// change.</exception>
    public static LabelTable? In(
        IEnumerable<string> names,
        Func<string, (byte[]? Bytes, Message? Reason)> read,
        ImportLayout layout,
        ICollection<RejectedFile> rejected,
        TextEncoding? encoding = null
    )
    {
        if (Find(names) is not { } name)
            return null;
        try
        {
            return Load(name, read, encoding);
        }
        catch (ImportException e) when (layout != ImportLayout.Table)
        {
            rejected.Add(new RejectedFile(name, Message.Of("table.left-out", $"Its labels are left out. {Message.Of(e)}")));
            return new LabelTable(name, [], []);
        }
    }

    private static LabelTable Load(string name, Func<string, (byte[]? Bytes, Message? Reason)> read, TextEncoding? encoding)
    {
        (byte[]? bytes, Message? reason) = read(name);
        return bytes is null ? throw new ImportException("table.unreadable", $"{name} cannot be read. {reason!}")
            : bytes.Length > MostBytes ? throw new ImportException("table.too-large", $"{name} is larger than {MostBytes >> 20} MB.")
            : Read(name, bytes, encoding);
    }

    /// <summary>The outermost table among the files of an import; null where there is none.</summary>
    internal static string? Find(IEnumerable<string> names) =>
        names
            .Where(n => FileNames.Contains(n.Split('/')[^1], StringComparer.OrdinalIgnoreCase))
            .OrderBy(n => n.Count(c => c == '/'))
            .ThenBy(n => n, StringComparer.Ordinal)
            .FirstOrDefault();

    /// <param name="name">The table's name in the import, with its folders.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="encoding">Its encoding where it is not Unicode; null where none was chosen.</param>
    /// <exception cref="UnknownEncodingException">It is not Unicode, and no encoding was chosen.</exception>
    /// <exception cref="ImportException">It is no such table; the message says what to change.</exception>
    public static LabelTable Read(string name, byte[] content, TextEncoding? encoding = null)
    {
        (string text, string delimiter) = TakeDelimiter(Decode(name, content, encoding));
        using var parser = new TextFieldParser(new StringReader(text))
        {
            Delimiters = [delimiter],
            HasFieldsEnclosedInQuotes = true,
            TrimWhiteSpace = true,
        };
        try
        {
            string[] header =
                parser.ReadFields()
                ?? throw new ImportException("table.empty", $"{name} is empty. Its first row names the columns, such as: file,material.");
            header = [.. header.Select(CsvCell.Read)];
            if (header.Length > MostColumns)
                throw new ImportException("table.too-many-columns", $"{name} has {header.Length} columns; {MostColumns} are the most.");
            if (header.GroupBy(h => h, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw new ImportException("table.column-twice", $"{name} has the column '{twice.Key}' twice.");
            int file = IndexOf(header, FileColumns);
            if (file < 0)
                throw new ImportException("table.no-file-column", $"{name} has no column with the files. Call it 'file'.");
            int label = IndexOf(header, ClassColumns),
                several = label >= 0 ? -1 : IndexOf(header, LabelsColumns),
                split = IndexOf(header, [SplitColumn]);
            int[] others =
            [
                .. Enumerable
                    .Range(0, header.Length)
                    .Where(c => c != file && c != label && c != several && c != split && header[c].Length > 0),
            ];
            if (others.FirstOrDefault(c => !IsLabel(header[c]), -1) is >= 0 and int odd)
                throw new ImportException(
                    "table.odd-column",
                    $"{name}: the name of column {odd + 1} is longer than {LongestLabel} characters, or has signs that no name has."
                );
            string folder = name[..(name.LastIndexOf('/') + 1)];
            var rows = new Dictionary<string, Row>(StringComparer.Ordinal);
            while (!parser.EndOfData)
            {
                long line = parser.LineNumber;
                string[] cells = parser.ReadFields()!;
                // A cell of several lines, such as a remark, is shown on one. A class that has them is none.
                string[] fields = [.. cells.Select((cell, c) => c == label ? cell : string.Join(' ', cell.Split(LineEnds, Trimmed)))];
                string Field(int column) => column >= 0 && column < fields.Length ? CsvCell.Read(fields[column]) : "";
                if (fields.FirstOrDefault(f => f.Length > 0 && !IsLabel(f) && f != Field(file) && f != Field(several)) is { } wrong)
                    throw new ImportException(
                        "table.odd-label",
                        $"{name}, line {line}: '{wrong[..Math.Min(40, wrong.Length)]}' is longer than {LongestLabel} "
                            + $"characters, or has signs that no label has."
                    );
                if (Field(file).Length == 0)
                    throw new ImportException("table.no-file", $"{name}, line {line}: no file is named.");
                Split? divided = Field(split) is { Length: > 0 } named
                    ? ClassFolderLayout.SplitOf(named)
                        ?? throw new ImportException(
                            "table.no-split",
                            $"{name}, line {line}: '{named}' is no split. Say train, validation or test."
                        )
                    : null;
                var row = new Row(
                    Field(label) is { Length: > 0 } own ? ImportName.Key(own) : null,
                    several < 0 ? null : Field(several),
                    divided,
                    others.Where(c => Field(c).Length > 0).ToDictionary(c => header[c], c => ImportName.Key(Field(c)))
                );
                if (!rows.TryAdd(Key(folder + ImportName.Clean(Field(file)).TrimStart('/')), row))
                    throw new ImportException("table.row-twice", $"{name}, line {line}: '{Field(file)}' has a row already.");
            }

            return new LabelTable(name, several < 0 ? rows : WithLabels(name, rows), [.. others.Select(c => header[c])]);
        }
        catch (MalformedLineException e)
        {
            throw new ImportException(
                "table.quotes",
                $"{name}, line {e.LineNumber}: the quotation marks are not closed, or stand inside a field."
            );
        }
    }

    /// <summary>Whether a column of this name is none of a tag.</summary>
    public static bool IsReserved(string name) =>
        FileColumns.Concat(ClassColumns).Append(SplitColumn).Contains(name, StringComparer.OrdinalIgnoreCase);

    // The whole column is separated by one sign: a class may have one of the others in its name.
    private static Dictionary<string, Row> WithLabels(string name, Dictionary<string, Row> rows)
    {
        char separator = LabelSeparators.FirstOrDefault(s => rows.Values.Any(r => r.Several!.Contains(s)), LabelSeparators[0]);
        return rows.ToDictionary(
            r => r.Key,
            r =>
                r.Value with
                {
                    Labels =
                    [
                        .. r
                            .Value.Several!.Split(separator, Trimmed)
                            .Select(l =>
                                IsLabel(l)
                                    ? ImportName.Key(l)
                                    : throw new ImportException(
                                        "table.odd-label-of-file",
                                        $"{name}: a label of '{r.Key}' is longer than {LongestLabel} characters, or has signs that no "
                                            + $"label has."
                                    )
                            )
                            .Distinct()
                            .Order(StringComparer.Ordinal),
                    ],
                },
            StringComparer.Ordinal
        );
    }

    /// <summary>Classes of a file, perhaps none, in a table with all classes of an image in one column; null in another table, or where it
    /// says nothing about the file.</summary>
    public IReadOnlyList<string>? LabelsOf(string file) => _rows.GetValueOrDefault(Key(file))?.Labels;

    /// <summary>Class of a file; null where it says none.</summary>
    public string? ClassOf(string file) => _rows.GetValueOrDefault(Key(file))?.Class;

    public Split? SplitOf(string file) => _rows.GetValueOrDefault(Key(file))?.Split;

    public bool Names(string file) => _rows.ContainsKey(Key(file));

    /// <summary>What it says of a file beside class and split; null where that is nothing.</summary>
    public IReadOnlyDictionary<string, string>? TagsOf(string file) =>
        _rows.GetValueOrDefault(Key(file))?.Tags is { Count: > 0 } tags ? tags : null;

    /// <summary>Rows whose file is not there.</summary>
    public IEnumerable<RejectedFile> Absent(IReadOnlyCollection<string> names)
    {
        var there = names.Select(Key).ToHashSet(StringComparer.Ordinal);
        return _rows
            .Keys.Where(k => !there.Contains(k))
            .Order(StringComparer.Ordinal)
            .Select(k => new RejectedFile(k, Message.Of("skipped.absent", $"{Name} names it, and it is not there.")));
    }

    // The table and the zip may write one name in two ways.
    private static string Key(string file) => CanonicalForm.Of(file);

    private static string Decode(string name, byte[] content, TextEncoding? encoding)
    {
        // What somebody chose counts also for text that is UTF-8 by chance.
        string text =
            DecodeMarked(name, content)
            ?? (encoding is null ? TextEncoding.DecodeUtf8(content) : null)
            ?? DecodeAs(name, content, encoding);
        return text.Contains('\0') ? throw new ImportException("table.no-text", $"{name} is no text.")
            : text.Contains(ImportName.Replacement)
                ? throw new ImportException(
                    "table.lost-characters",
                    $"{name}: some characters were lost when the file was saved. Export it again, as UTF-8."
                )
            : text;
    }

    /// <summary>Unicode that a byte order mark announces; null where there is none.</summary>
    private static string? DecodeMarked(string name, ReadOnlySpan<byte> content)
    {
        Encoding[] marked =
        [
            // UTF-32's mark begins as UTF-16's does.
            new UTF32Encoding(bigEndian: false, byteOrderMark: true, throwOnInvalidCharacters: true),
            new UTF32Encoding(bigEndian: true, byteOrderMark: true, throwOnInvalidCharacters: true),
            new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true),
            new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true),
            new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true),
        ];
        foreach (Encoding encoding in marked)
        {
            if (!content.StartsWith(encoding.Preamble))
                continue;
            try
            {
                return encoding.GetString(content[encoding.Preamble.Length..]);
            }
            catch (DecoderFallbackException)
            {
                throw new ImportException("table.damaged", $"{name} says that it is {encoding.WebName}, but is damaged. Export it again.");
            }
        }

        return null;
    }

    private static string DecodeAs(string name, byte[] content, TextEncoding? encoding) =>
        content.AsSpan().Contains((byte)0) ? throw new ImportException("table.no-text", $"{name} is no text.")
        : encoding is null ? throw UnknownEncodingException.For(name, isTable: true, Lines(content))
        : encoding.Decode(content)
            ?? throw new ImportException(
                "table.other-encoding",
                $"{name} is not valid {encoding.Name}. Choose another encoding, or save it as UTF-8."
            );

    private static List<byte[]> Lines(byte[] content)
    {
        var lines = new List<byte[]>();
        foreach (Range line in content.AsSpan().Split((byte)'\n'))
            lines.Add(content.AsSpan(line).TrimEnd((byte)'\r').ToArray());
        return lines;
    }

    /// <summary>The table without the line <c>sep=;</c> that Excel understands at the top, and the separator that it states. The line
    /// stays as an empty one, so that line numbers in messages remain right.</summary>
    private static (string Text, string Delimiter) TakeDelimiter(string text)
    {
        const string mark = "sep=";
        bool isStated =
            text.StartsWith(mark, StringComparison.OrdinalIgnoreCase)
            && text.Length > mark.Length + 1
            && Delimiters.Contains(text[mark.Length].ToString())
            && text[mark.Length + 1] is '\r' or '\n';
        return isStated ? (text[(mark.Length + 1)..], text[mark.Length].ToString()) : (text, DelimiterOf(text));
    }

    // Of what spreadsheets write, whichever the first row has most of.
    private static string DelimiterOf(string text)
    {
        string header = text.AsSpan().TrimStart("\r\n").ToString().Split('\n')[0];
        return Delimiters.MaxBy(d => header.Count(c => c == d[0]))!;
    }

    private static int IndexOf(string[] header, string[] names) =>
        Array.FindIndex(header, h => names.Contains(h, StringComparer.OrdinalIgnoreCase));

    private static bool IsLabel(string text) => text.Length <= LongestLabel && NameRule.IsPlain(text);

    private sealed record Row(string? Class, string? Several, Split? Split, Dictionary<string, string> Tags)
    {
        public IReadOnlyList<string>? Labels { get; init; }
    }
}

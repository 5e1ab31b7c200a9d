using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;

namespace BlazorTransfer.Core.Datasets;

/// <summary>Rules for names inside an import, such as <c>ants/1.jpg</c>.</summary>
public static class ImportName
{
    private const int LongestName = 300;
    private const int MostShown = 200;

    /// <summary>Stands for characters that were lost before the import.</summary>
    public const char Replacement = '\uFFFD';

    /// <summary>Forward slashes, and no <c>./</c>.</summary>
    public static string Clean(string name)
    {
        string path = name.Replace('\\', '/');
        while (path.StartsWith("./", StringComparison.Ordinal))
            path = path[2..];
        while (path.Contains("/./", StringComparison.Ordinal))
            path = path.Replace("/./", "/", StringComparison.Ordinal);
        return path;
    }

    /// <summary>The form in which names are compared: composed, and without spaces at the ends of each folder's name.</summary>
    public static string Key(string folder) => CanonicalForm.Of(folder).Trim();

    /// <summary>Why a cleaned name in a zip cannot be used; null where it can.</summary>
    public static Message? WhyRefused(string name) =>
        WhyNotText(name) is { } reason ? reason
        : name.Length > LongestName ? Message.Of("name.too-long", $"Its name is longer than {LongestName} characters.")
        : name.StartsWith('/')
            ? Message.Of(
                "name.starts-with-slash",
                $"Its name starts with '/'. Pack the folder itself, so that names start with a folder's name."
            )
        : name is [_, ':', ..]
            ? Message.Of(
                "name.drive",
                $"Its name starts with a drive's letter. Pack the folder itself, so that names start with a folder's name."
            )
        : name.Contains(':') ? Message.Of("name.colon", $"Its name has a colon. Rename it.")
        : name.Split('/').Contains("..") ? Message.Of("name.leads-out", $"Its name has '..', which leads out of a folder.")
        : null;

    /// <summary>Why a name does not tell files and folders apart; null where it does.</summary>
    public static Message? WhyNotText(string name) =>
        !name.All(NameRule.IsPlain) ? Message.Of("name.control-characters", $"Its name has control characters. Rename it.")
        : name.Contains(Replacement)
            ? Message.Of(
                "name.lost-characters",
                $"Characters of its name were lost when it was copied or packed. Rename it, then import it again."
            )
        : Enumerable.Range(0, name.Length).Any(i => IsUnpaired(name, i))
            ? Message.Of("name.no-text", $"Its name is not valid text. Rename it.")
        : name.TrimStart('/').Split('/').Any(p => p.Trim() is "" or ".")
            ? Message.Of("name.nameless-folder", $"A folder in its name has no name.")
        : null;

    /// <summary>A name that can be shown and logged: without control characters, and not endless.</summary>
    public static string Printable(string name)
    {
        string shown = name.Length > MostShown ? name[..MostShown] : name;
        return new([.. shown.Select((c, i) => !NameRule.IsPlain(c) || c == Replacement || IsUnpaired(shown, i) ? '?' : c)]);
    }

    /// <summary>Bytes that have no known encoding: ASCII as it is, and each other byte as <c>\xB9</c>.</summary>
    public static string Printable(ReadOnlySpan<byte> name)
    {
        var text = new System.Text.StringBuilder();
        foreach (byte b in name[..Math.Min(name.Length, MostShown)])
            _ = b is >= 0x20 and < 0x7F ? text.Append((char)b) : text.Append($"\\x{b:X2}");
        return text.ToString();
    }

    private static bool IsUnpaired(string name, int i) =>
        char.IsHighSurrogate(name[i])
            ? i + 1 >= name.Length || !char.IsLowSurrogate(name[i + 1])
            : char.IsLowSurrogate(name[i]) && (i == 0 || !char.IsHighSurrogate(name[i - 1]));
}

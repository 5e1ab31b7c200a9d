using System.Text;

namespace BlazorTransfer.Core.Datasets;

/// <summary>
/// Tells names apart as a reader would: capitals, kinds of space, hyphens and underscores, dots at the ends, wide letters and characters
/// without a shape do not count. Names that are alike stay different classes, since they may be meant so; they are reported.
/// </summary>
internal static class LookAlike
{
    // The wide forms of ! to ~, which East Asian keyboards write.
    private const char FirstWide = '\uFF01';
    private const char LastWide = '\uFF5E';
    private const int WideOffset = FirstWide - '!';

    /// <summary>The same for all names that a reader would take for one.</summary>
    public static string Key(string name)
    {
        var key = new StringBuilder(name.Length);
        bool isSeparated = false;
        foreach (char written in CanonicalForm.Of(name))
        {
            char c = written is >= FirstWide and <= LastWide ? (char)(written - WideOffset) : written;
            if (HasNoShape(c))
                continue;
            if (char.IsWhiteSpace(c) || c is '_' or '-' or (>= '\u2010' and <= '\u2015'))
            {
                isSeparated = true;
                continue;
            }

            if (isSeparated && key.Length > 0)
                key.Append(' ');
            isSeparated = false;
            // Upper case joins what lower case keeps apart, such as the two small sigmas; the sharp s has no single capital.
            _ = c is 'ß' or 'ẞ' ? key.Append("SS") : key.Append(char.ToUpperInvariant(c));
        }

        return key.ToString().TrimEnd('.', ' ') is { Length: > 0 } kept ? kept : name;
    }

    /// <summary>The name with the code of each character that cannot be seen.</summary>
    public static string Shown(string name) =>
        string.Concat(name.Select(c => HasNoShape(c) || (char.IsWhiteSpace(c) && c != ' ') ? $"[U+{(int)c:X4}]" : $"{c}"));

    // Soft hyphen, fillers, zero-width characters and variation selectors.
    private static bool HasNoShape(char c) =>
        c
            is '\u00AD'
                or '\u034F'
                or '\u115F'
                or '\u1160'
                or '\u17B4'
                or '\u17B5'
                or (>= '\u180B' and <= '\u180F')
                or (>= '\u200B' and <= '\u200F')
                or (>= '\u202A' and <= '\u202E')
                or (>= '\u2060' and <= '\u206F')
                or '\u3164'
                or (>= '\uFE00' and <= '\uFE0F')
                or '\uFEFF'
                or '\uFFA0';
}

namespace BlazorTransfer.Core.Text;

/// <summary>
/// Characters that no name may have, since a name is shown beside others, written to logs and put into files: control characters, which
/// break lines or command a terminal, and marks that change the direction of text, which make one name look like another.
/// </summary>
public static class NameRule
{
    /// <summary>Whether a name is free of such characters and is valid text.</summary>
    public static bool IsPlain(string name) => name.All(IsPlain) && !HasUnpairedSurrogate(name);

    /// <summary>Whether a text of several lines is.</summary>
    public static bool IsPlainText(string text) => text.All(c => c is '\n' or '\r' or '\t' || IsPlain(c)) && !HasUnpairedSurrogate(text);

    /// <summary>The name with a mark in the place of each such character, for logs.</summary>
    public static string Plain(string name) => new([.. name.Select(c => IsPlain(c) ? c : '\uFFFD')]);

    public static bool IsPlain(char c) =>
        !char.IsControl(c)
        // Separators of lines and paragraphs.
        && c is not ('\u2028' or '\u2029')
        // Marks, embeddings, overrides and isolates of the bidirectional algorithm (Unicode Standard Annex 9).
        && c is not ('\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'));

    /// <summary>Whether a name is without characters that cannot be seen. Two names that differ in them alone look the same. The joiners
    /// of scripts and emoji are not among them.</summary>
    public static bool IsVisible(string name) =>
        name.All(c =>
            c
                is not (
                    '\u00AD'
                    or '\u115F'
                    or '\u1160'
                    or '\u17B4'
                    or '\u17B5'
                    or (>= '\u180B' and <= '\u180F')
                    or '\u200B'
                    or (>= '\u2060' and <= '\u2065')
                    or (>= '\u206A' and <= '\u206F')
                    or '\u2800'
                    or '\u3164'
                    or '\uFEFF'
                    or '\uFFA0'
                )
        ) && name.Any(c => !char.IsWhiteSpace(c) && c is not ('\u200C' or '\u200D' or (>= '\uFE00' and <= '\uFE0F')));

    private static bool HasUnpairedSurrogate(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return true;
        }

        return false;
    }
}

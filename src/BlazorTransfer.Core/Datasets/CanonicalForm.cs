using System.Globalization;
using System.Text;

namespace BlazorTransfer.Core.Datasets;

/// <summary>
/// The composed form of Unicode text (NFC, Unicode Standard Annex 15), in which equal names have equal characters: macOS writes "é" as two
/// code points, other systems as one. <see cref="string.Normalize()"/> returns text unchanged where globalization is invariant, as it is
/// in this program, so the rules are applied here, from the tables of the Unicode Character Database.
/// </summary>
public static class CanonicalForm
{
    // Below this character, nothing combines.
    private const char FirstCombining = '\u0300';

    // Hangul syllables are computed: 19 leading consonants, 21 vowels, 27 trailing consonants or none.
    private const int Syllables = 0xAC00;
    private const int Leading = 0x1100;
    private const int Vowel = 0x1161;
    private const int Trailing = 0x11A7;
    private const int Leadings = 19;
    private const int Vowels = 21;
    private const int Trailings = 28;

    private static readonly Lazy<Tables> Unicode = new(Tables.Load);

    /// <summary>Returns <paramref name="text"/> in composed form.</summary>
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange(FirstCombining, char.MaxValue))
            return text;
        List<int> points = Decompose(text);
        SortMarks(points);
        return Compose(points);
    }

    private static List<int> Decompose(string text)
    {
        var points = new List<int>(text.Length + 8);
        for (int i = 0; i < text.Length; i++)
        {
            bool isPair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            Append(points, isPair ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i]);
            i += isPair ? 1 : 0;
        }

        return points;
    }

    private static void Append(List<int> points, int point)
    {
        int syllable = point - Syllables;
        if (syllable is >= 0 and < Leadings * Vowels * Trailings)
        {
            points.Add(Leading + syllable / (Vowels * Trailings));
            points.Add(Vowel + syllable % (Vowels * Trailings) / Trailings);
            if (syllable % Trailings > 0)
                points.Add(Trailing + syllable % Trailings);
        }
        else if (Unicode.Value.Decompositions.TryGetValue(point, out int[]? parts))
        {
            foreach (int part in parts)
                Append(points, part);
        }
        else
        {
            points.Add(point);
        }
    }

    // Marks that follow a character are ordered by their combining class; those of one class keep their order.
    private static void SortMarks(List<int> points)
    {
        for (int i = 1; i < points.Count; i++)
        {
            int mark = ClassOf(points[i]);
            for (int j = i; mark > 0 && j > 0 && ClassOf(points[j - 1]) > mark; j--)
                (points[j - 1], points[j]) = (points[j], points[j - 1]);
        }
    }

    private static string Compose(List<int> points)
    {
        int starter = -1,
            kept = 0,
            lastClass = 0;
        for (int i = 0; i < points.Count; i++)
        {
            int point = points[i],
                itsClass = ClassOf(point);
            // A mark of the same or a higher class in between blocks the composition.
            bool isBlocked = kept - 1 != starter && lastClass >= itsClass;
            if (starter >= 0 && !isBlocked && Composed(points[starter], point) is { } composed)
            {
                points[starter] = composed;
                continue;
            }

            if (itsClass == 0)
                starter = kept;
            lastClass = itsClass;
            points[kept++] = point;
        }

        var text = new StringBuilder(kept);
        foreach (int point in points.Take(kept))
            _ = point > char.MaxValue ? text.Append(char.ConvertFromUtf32(point)) : text.Append((char)point);
        return text.ToString();
    }

    private static int? Composed(int first, int second)
    {
        if (first is >= Leading and < Leading + Leadings && second is >= Vowel and < Vowel + Vowels)
            return Syllables + ((first - Leading) * Vowels + second - Vowel) * Trailings;
        bool isOpenSyllable = first is >= Syllables and < Syllables + Leadings * Vowels * Trailings && (first - Syllables) % Trailings == 0;
        if (isOpenSyllable && second is > Trailing and < Trailing + Trailings)
            return first + second - Trailing;
        return Unicode.Value.Compositions.TryGetValue((first, second), out int composed) ? composed : null;
    }

    private static int ClassOf(int point) => Unicode.Value.Classes.GetValueOrDefault(point);

    /// <param name="Decompositions">Code points that a code point stands for.</param>
    /// <param name="Compositions">The code point that two others make.</param>
    /// <param name="Classes">Combining classes that are not 0.</param>
    private sealed record Tables(
        IReadOnlyDictionary<int, int[]> Decompositions,
        IReadOnlyDictionary<(int, int), int> Compositions,
        IReadOnlyDictionary<int, int> Classes
    )
    {
        public static Tables Load()
        {
            var decompositions = new Dictionary<int, int[]>();
            var compositions = new Dictionary<(int, int), int>();
            var classes = new Dictionary<int, int>();
            using var lines = new StreamReader(typeof(CanonicalForm).Assembly.GetManifestResourceStream("CanonicalForm.txt")!);
            while (lines.ReadLine() is { } line)
            {
                if (line.StartsWith('#'))
                    continue;
                int space = line.IndexOf(' ', StringComparison.Ordinal);
                string value = line[(space + 1)..];
                int[] code = [.. line[..space].Split('-').Select(Hex)];
                if (value[0] == '=')
                {
                    for (int point = code[0]; point <= code[1]; point++)
                        classes[point] = int.Parse(value[1..], NumberStyles.None, CultureInfo.InvariantCulture);
                    continue;
                }

                int[] parts = [.. value.TrimStart('>').Split(' ').Select(Hex)];
                decompositions[code[0]] = parts;
                if (value[0] != '>')
                    compositions[(parts[0], parts[1])] = code[0];
            }

            return new Tables(decompositions, compositions, classes);
        }

        private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}

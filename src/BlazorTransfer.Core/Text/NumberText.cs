using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Text;

/// <summary>
/// The only place where typed text becomes a number. A decimal point and an exponent are allowed, thousands separators are not: .NET's
/// usual parsers read <c>0,01</c> as 1.
/// </summary>
public static partial class NumberText
{
    // Long enough for every number, short enough for a sentence.
    private const int ShownLength = 60;

    /// <summary>Reads a finite number as .NET does with <see cref="NumberStyles.Float"/> and the invariant culture.</summary>
    /// <param name="text">The text as it was typed.</param>
    /// <param name="number">The number; 0 where the text is none.</param>
    /// <param name="error">A sentence that names the text and says what to write instead.</param>
    public static bool TryParse(string text, out double number, [NotNullWhen(false)] out Message? error)
    {
        error =
            !Parses(text, out number) ? NoNumber(text)
            : double.IsNaN(number) ? Message.Of("number.none", $"{Quoted(text)} is not a number.")
            : double.IsInfinity(number) ? Message.Of("number.infinite", $"{Quoted(text)} is too large. Write a finite number.")
            : null;
        if (error is null)
            return true;
        number = 0;
        return false;
    }

    /// <summary>Reads a whole number; <c>1e3</c> is one.</summary>
    /// <inheritdoc cref="TryParse"/>
    public static bool TryParseInteger(string text, out int number, [NotNullWhen(false)] out Message? error)
    {
        number = 0;
        if (!TryParse(text, out double value, out error))
            return false;
        error =
            LooksGrouped(text)
                ? Message.Of("number.grouped", $"{Quoted(text)} may mean thousands or a fraction. Write a whole number without a point.")
            : value != Math.Floor(value) ? Message.Of("number.not-whole", $"{Quoted(text)} is not a whole number.")
            : value is < int.MinValue or > int.MaxValue
                ? Message.Of(
                    "number.out-of-range",
                    $"{Quoted(text)} is out of range. Write a number from {int.MinValue} to {int.MaxValue}."
                )
            : null;
        if (error is not null)
            return false;
        number = (int)value;
        return true;
    }

    /// <summary>Digits in groups of three after a point, as some write thousands.</summary>
    private static bool LooksGrouped(string text) =>
        text.Trim().TrimStart('+', '-').Split('.') is { Length: 2 } parts
        && parts[0].Length is >= 1 and <= 3
        && parts[0][0] != '0'
        && parts[1].Length == 3
        && parts.All(p => p.All(char.IsAsciiDigit));

    /// <summary>The number that is written with so many significant digits, such as 0.0123 for 0.012345 and three.</summary>
    public static double Round(double number, int significantDigits)
    {
        string format = FormattableString.Invariant($"E{significantDigits - 1}");
        return Parses(number.ToString(format, CultureInfo.InvariantCulture), out double rounded) ? rounded : number;
    }

#pragma warning disable RS0030 // Here, and nowhere else, a number is parsed.
    private static bool Parses(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
#pragma warning restore RS0030

    private static Message NoNumber(string typed)
    {
        string text = typed.Trim(),
            quoted = Quoted(typed);
        if (Grouped().IsMatch(text))
        {
            string plain = Separator().Replace(text, "");
            // 1,000 is a thousand to some and one to others, so both are shown.
            return text.Count(c => c == ',') == 1 && !text.Contains('.')
                ? Message.Of(
                    "number.thousands-or-fraction",
                    $"{quoted} is not a number. Write {plain}, or {text.Replace(',', '.')} if the comma is a decimal point."
                )
                : Message.Of("number.thousands", $"{quoted} is not a number. Write it without thousands separators: {plain}.");
        }

        string pointed = text.Replace(',', '.');
        return pointed != text && Parses(pointed, out double number) && double.IsFinite(number)
            ? Message.Of("number.comma", $"{quoted} is not a number. Write it with a point: {pointed}.")
            : Message.Of("number.none", $"{quoted} is not a number.");
    }

    private static string Quoted(string text)
    {
        string printable = string.Concat(text.Take(ShownLength).Select(c => char.IsControl(c) ? '?' : c));
        return text.Length <= ShownLength ? $"'{printable}'" : $"'{printable}…'";
    }

    // Groups of three digits behind one to three others that do not begin with 0.
    [GeneratedRegex(@"^[+-]?[1-9][0-9]{0,2}(?:[, '_\u00a0\u202f\u2019][0-9]{3})+(?:\.[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Grouped();

    [GeneratedRegex(@"[, '_\u00a0\u202f\u2019]", RegexOptions.CultureInvariant)]
    private static partial Regex Separator();
}

using System.IO.Compression;
using System.Reflection;
using System.Text.RegularExpressions;
using BlazorTransfer.Web.Localization;
using Microsoft.AspNetCore.Identity;

namespace BlazorTransfer.Web.Security;

/// <summary>
/// Refuses passwords that guessing finds first: common ones, common ones with something appended, names of the account or the program, and
/// the same few characters over and over. Besides that any characters go; rules about kinds of characters make worse passwords.
/// </summary>
internal sealed class PasswordRules : IPasswordValidator<User>
{
    public const int ShortestLength = 12;

    /// <summary>Longer than any password manager makes one.</summary>
    public const int LongestLength = 256;

    /// <summary>Characters that must be left of a password without the words that anybody would try here.</summary>
    private const int FewestOwnCharacters = 8;
    private const int FewestDifferentCharacters = 5;
    private static readonly Lazy<HashSet<string>> Common = new(ReadCommon);
    private const int ShortestWord = 4;
    private const string Digits = "0123456789";
    private static readonly string[] Rows = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop"];
    private static readonly Dictionary<char, char> StandsFor = new()
    {
        ['0'] = 'o',
        ['1'] = 'i',
        ['3'] = 'e',
        ['4'] = 'a',
        ['5'] = 's',
        ['7'] = 't',
        ['@'] = 'a',
        ['$'] = 's',
    };
    private static readonly string[] OwnWords = ["blazortransfer", "blazor", "transfer", "password", "administrator"];

    public Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user, string? password) =>
        Task.FromResult(
            WhyRefused(user.UserName, password ?? "") is { } reason
                ? IdentityResult.Failed(new IdentityError { Code = nameof(PasswordRules), Description = reason })
                : IdentityResult.Success
        );

    /// <returns>Why the password is refused; null where it is not. The shortest length is checked by Identity, not here.</returns>
    public static string? WhyRefused(string userName, string password)
    {
        if (password.Length > LongestLength)
            return Texts<SecurityTexts>.Get("PasswordTooLong", LongestLength);
        string lower = password.ToLowerInvariant();
        if (lower.Distinct().Count() < FewestDifferentCharacters || IsRegular(lower))
            return Texts<SecurityTexts>.Get("PasswordRegular");
        if (IsCommon(lower))
            return Texts<SecurityTexts>.Get("PasswordCommon");
        if (WithoutWords(lower, [.. NamesOf(userName.ToLowerInvariant()), .. OwnWords]).Length < FewestOwnCharacters)
            return Texts<SecurityTexts>.Get("PasswordOfNames");
        return null;
    }

    private static bool IsCommon(string lower)
    {
        // "sunshine2024!", "sun shine", "sunshine1sunshine1" and "sun$h1ne99" are guessed right after "sunshine".
        string[] forms =
        [
            lower,
            lower.Trim([.. Digits]),
            Only(lower, char.IsLetterOrDigit),
            Only(lower, char.IsLetter),
            Only(Replaced(lower.Trim([.. Digits, '!'])), char.IsLetter),
        ];
        // Two or three letters among other characters say nothing.
        return forms.Any(text =>
            text.Length >= ShortestWord && (Common.Value.Contains(text) || Common.Value.Contains(Unrepeated(text)) || IsTwoCommon(text))
        );
    }

    private static string Only(string text, Func<char, bool> taken) => new([.. text.Where(taken)]);

    /// <summary>The text with the letters that digits and signs often stand for.</summary>
    private static string Replaced(string text) => new([.. text.Select(c => StandsFor.GetValueOrDefault(c, c))]);

    private static bool IsTwoCommon(string text) =>
        Enumerable
            .Range(ShortestWord, Math.Max(0, text.Length - 2 * ShortestWord + 1))
            .Any(i => Common.Value.Contains(text[..i]) && Common.Value.Contains(text[i..]));

    /// <summary>The part that a text repeats, such as "abc" of "abcabc"; the text itself where it repeats none.</summary>
    private static string Unrepeated(string text)
    {
        for (int length = 1; length <= text.Length / 2; length++)
        {
            if (text.Length % length == 0 && text == string.Concat(Enumerable.Repeat(text[..length], text.Length / length)))
                return text[..length];
        }

        return text;
    }

    /// <summary>Whether nearly each character repeats the one before, follows it in the alphabet or lies beside it on a keyboard; also of
    /// letters and digits in turns.</summary>
    private static bool IsRegular(string text)
    {
        string letters = Only(text, char.IsLetter),
            digits = Only(text, char.IsDigit);
        return IsSequence(text) || (letters.Length + digits.Length == text.Length && IsSequence(letters) && IsSequence(digits));
    }

    private static bool IsSequence(string text) => text.Zip(text.Skip(1)).Count(pair => !IsStep(pair.First, pair.Second)) <= 2;

    private static bool IsStep(char a, char b) =>
        Math.Abs(a - b) <= 1
        || Rows.Any(row =>
            row.IndexOf(a, StringComparison.Ordinal) is >= 0 and int at
            && Math.Abs(row.IndexOf(b, StringComparison.Ordinal) - at) == 1
            && row.Contains(b, StringComparison.Ordinal)
        );

    /// <summary>A name, its words, and the words in one.</summary>
    private static IEnumerable<string> NamesOf(string userName)
    {
        string[] words = [.. Regex.Split(userName, @"[^\p{L}\p{Nd}]+").Where(w => w.Length > 0)];
        return new[] { userName, string.Concat(words), string.Concat(words.Reverse()) }.Concat(words);
    }

    private static string WithoutWords(string text, IEnumerable<string> words) =>
        words.Where(w => w.Length > 2).Aggregate(text, (rest, word) => rest.Replace(word, "", StringComparison.Ordinal));

    private static HashSet<string> ReadCommon()
    {
        // Compressed, since nobody wants to read it.
        using Stream list = Assembly.GetExecutingAssembly().GetManifestResourceStream("common-passwords.txt.gz")!;
        using var reader = new StreamReader(new GZipStream(list, CompressionMode.Decompress));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}

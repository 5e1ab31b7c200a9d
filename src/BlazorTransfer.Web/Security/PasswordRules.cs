using System.IO.Compression;
using System.Reflection;
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
    private static readonly string[] OwnWords = ["blazortransfer", "blazor", "transfer", "password", "administrator"];

    public Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user, string? password) =>
        Task.FromResult(
            WhyRefused(user.UserName, password ?? "") is { } reason
                ? IdentityResult.Failed(new IdentityError { Code = nameof(PasswordRules), Description = reason })
                : IdentityResult.Success
        );

    /// <returns>Why the password is refused; null where it is not. Its length is for others to check, but for the longest.</returns>
    public static string? WhyRefused(string userName, string password)
    {
        if (password.Length > LongestLength)
            return $"The password is longer than {LongestLength} characters.";
        string lower = password.ToLowerInvariant();
        if (lower.Distinct().Count() < FewestDifferentCharacters || IsSequence(lower))
            return "The password is too regular. Choose one with more different characters, such as a short sentence.";
        if (IsCommon(lower))
            return "The password is among those that are guessed first. Choose another one, such as a short sentence.";
        if (WithoutWords(lower, [userName.ToLowerInvariant(), .. OwnWords]).Length < FewestOwnCharacters)
            return "The password consists of the account's name or the program's. Choose another one, such as a short sentence.";
        return null;
    }

    private static bool IsCommon(string lower)
    {
        if (Common.Value.Contains(lower))
            return true;
        // "sunshine2024!" and "!!sunshine" are guessed right after "sunshine", and "dragondragon" after "dragon".
        string core = lower.Trim([.. lower.Where(c => !char.IsLetter(c)).Distinct()]);
        return core.Length > 0 && (Common.Value.Contains(core) || Common.Value.Contains(Unrepeated(core)));
    }

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

    private static bool IsSequence(string text)
    {
        int[] steps = [.. text.Zip(text.Skip(1), (a, b) => b - a)];
        return steps.Count(s => s is 1 or -1) >= steps.Length - 2;
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

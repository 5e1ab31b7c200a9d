using System.Security.Cryptography;
using System.Text;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Security;

/// <summary>
/// The one-time code that lets whoever can read the console create the first account. There is no default account, and the
/// code is worth nothing once an account exists.
/// </summary>
internal sealed class SetupCode(DocumentCollection<User> users)
{
    private const int MostAttempts = 20;

    // Without letters and digits that look alike.
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private int _attempts;

    /// <summary>Drawn anew at each start: three groups of four.</summary>
    public string Value { get; } = string.Join('-', RandomNumberGenerator.GetString(Alphabet, 12).Chunk(4).Select(c => new string(c)));

    public bool IsOpen => users.Count() == 0;

    public bool Matches(string? typed) =>
        IsOpen
        && Interlocked.Increment(ref _attempts) <= MostAttempts
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Normalise(typed)), Encoding.UTF8.GetBytes(Normalise(Value)));

    private static string Normalise(string? code) =>
        new((code ?? "").Where(char.IsAsciiLetterOrDigit).Select(char.ToUpperInvariant).ToArray());
}

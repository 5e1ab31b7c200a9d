using System.Security.Cryptography;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Identity;

namespace BlazorTransfer.Web.Security;

/// <summary>
/// Signs in with a name and a password. Each attempt, whatever comes of it, computes one password hash and fails with the same words, so
/// that neither the time nor the answer says whether an account exists, is disabled or is being guessed at.
/// </summary>
internal sealed class PasswordSignIn(
    SignInManager<User> signIn,
    DocumentCollection<User> users,
    SignInThrottle throttle,
    KnownBrowsers browsers
)
{
    public const string Refusal =
        "The name or the password is wrong, or there were too many attempts. If both are right, wait 15 minutes and try again.";

    // Checked where no real password may be.
    private static readonly User Decoy = new()
    {
        Id = "decoy",
        PasswordHash = new PasswordHasher<User>().HashPassword(new User(), RandomNumberGenerator.GetHexString(40)),
    };

    /// <returns>Whether the cookie is set.</returns>
    public async Task<bool> TryAsync(HttpContext context, string? name, string? password)
    {
        UserManager<User> manager = signIn.UserManager;
        string normalizedName = manager.NormalizeName(name?.Trim()) ?? "";
        (string source, bool isKnown) = browsers.SourceOf(context, normalizedName);
        bool mayTry = throttle.TryBegin(normalizedName, source, isKnown);
        User? user = users.FindBy(nameof(User.NormalizedUserName), normalizedName).FirstOrDefault();
        bool isTried = mayTry && user is { IsDisabled: false, PasswordHash: not null };
        if (!await manager.CheckPasswordAsync(isTried ? user! : Decoy, password ?? "") || !isTried)
            return false;
        // The check takes long enough for an administrator to disable the account, or for its owner to change the password.
        if (users.Find(user!.Id) is not { IsDisabled: false } current || current.SecurityStamp != user.SecurityStamp)
            return false;
        throttle.Succeed(normalizedName, source);
        await signIn.SignInAsync(current, isPersistent: true);
        browsers.Remember(context, normalizedName);
        return true;
    }
}

using System.Security.Cryptography;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Security;

/// <summary>What came of a sign-in.</summary>
internal enum SignInOutcome
{
    Refused,

    /// <summary>The password is one that an administrator passed on; the user must choose one of their own first.</summary>
    NeedsOwnPassword,
    SignedIn,
}

/// <summary>
/// Signs in with a name and a password. Each attempt, whatever comes of it, computes one password hash and fails with the same words, so
/// that neither the time nor the answer says whether an account exists, is disabled or is being guessed at.
/// </summary>
internal sealed class PasswordSignIn(
    SignInManager<User> signIn,
    DocumentCollection<User> users,
    SignInThrottle throttle,
    KnownBrowsers browsers,
    IOptions<PasswordHasherOptions> hashing,
    TimeProvider clock,
    SecurityLog log
)
{
    public static string Refusal => Texts<SecurityTexts>.Get("SignInRefused");

    public static string OwnPasswordRequest => Texts<SecurityTexts>.Get("OwnPasswordRequest");

    private static readonly string DecoyPassword = RandomNumberGenerator.GetHexString(40);
    private static string? s_decoyHash;

    /// <param name="context">The request.</param>
    /// <param name="name">As it was typed.</param>
    /// <param name="password">As it was typed.</param>
    /// <param name="ownPassword">The password that replaces one of an administrator; null or empty where none was asked for.</param>
    /// <returns>What came of it; the cookie is set where the user is signed in. Errors say what to change.</returns>
    public async Task<(SignInOutcome Outcome, IReadOnlyList<string> Errors)> TryAsync(
        HttpContext context,
        string? name,
        string? password,
        string? ownPassword = null
    )
    {
        UserManager<User> manager = signIn.UserManager;
        string normalizedName = manager.NormalizeName(name?.Trim()) ?? "";
        (string source, bool isKnown) = browsers.SourceOf(context, normalizedName);
        bool mayTry = throttle.TryBegin(normalizedName, source, isKnown);
        User? user = users.FindBy(nameof(User.NormalizedUserName), normalizedName).FirstOrDefault();
        bool isTried = mayTry && user is { IsDisabled: false, PasswordHash: not null };
        bool isRight = await manager.CheckPasswordAsync(isTried ? user! : Decoy(), password ?? "") && isTried;
        // The check takes long enough for an administrator to disable the account, or for its owner to change the password.
        if (!isRight || users.Find(user!.Id) is not { IsDisabled: false } current || current.SecurityStamp != user.SecurityStamp)
            return Refuse(
                user,
                !mayTry ? "too many attempts"
                    : !isTried ? "disabled or missing"
                    : "wrong password",
                source
            );
        if (current.InitialPasswordUntil < clock.GetUtcNow())
            return Refuse(user, "the initial password has expired", source);
        throttle.Succeed(normalizedName, source);
        if (current.InitialPasswordUntil is not null)
        {
            if (string.IsNullOrEmpty(ownPassword))
            {
                log.InitialPasswordUsed(current, "asked for one of their own", source);
                return (SignInOutcome.NeedsOwnPassword, [OwnPasswordRequest]);
            }

            if (await ReplaceAsync(current, password!, ownPassword) is { Count: > 0 } errors)
                return (SignInOutcome.NeedsOwnPassword, errors);
            log.InitialPasswordUsed(current, "replaced by one of their own", source);
        }

        // A browser has one sign-in: the one before it ends.
        if (context.User.Identity?.IsAuthenticated == true)
            SessionCookie.EndOwn(context);
        await signIn.SignInAsync(current, isPersistent: true);
        browsers.Remember(context, normalizedName);
        log.SignedIn(context.User, source);
        if (Languages.Find(current.Language) is { } language)
            LanguageOfRequest.Remember(context, language);
        return (SignInOutcome.SignedIn, []);
    }

    private (SignInOutcome, IReadOnlyList<string>) Refuse(User? user, string reason, string source)
    {
        log.SignInRefused(user, reason, source);
        return (SignInOutcome.Refused, [Refusal]);
    }

    private async Task<IReadOnlyList<string>> ReplaceAsync(User user, string password, string ownPassword)
    {
        if (ownPassword == password)
            return [Texts<SecurityTexts>.Get("OwnPasswordSame")];
        user.InitialPasswordUntil = null;
        IdentityResult result = await signIn.UserManager.ChangePasswordAsync(user, password, ownPassword);
        return [.. result.Errors.Select(e => e.Description)];
    }

    /// <summary>An account that is checked where no real password may be, at the same cost.</summary>
    private User Decoy() =>
        new() { Id = "decoy", PasswordHash = s_decoyHash ??= new PasswordHasher<User>(hashing).HashPassword(new User(), DecoyPassword) };
}

using System.Globalization;
using System.Security.Claims;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Security;

/// <summary>Puts into the cookie what the services ask of a principal.</summary>
internal sealed class UserClaims(UserManager<User> users, IOptions<IdentityOptions> options, TimeProvider clock)
    : UserClaimsPrincipalFactory<User>(users, options)
{
    /// <summary>The id of a sign-in.</summary>
    public const string SessionClaim = "session";

    /// <summary>When it began, in seconds since 1970.</summary>
    public const string SignedInAtClaim = "signed_in_at";
    private const string AdminClaim = "admin";

    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(User user)
    {
        ClaimsIdentity identity = await base.GenerateClaimsAsync(user);
        if (user.IsAdmin)
            identity.AddClaim(new Claim(AdminClaim, "true"));
        identity.AddClaim(new Claim(SessionClaim, User.NewStamp()));
        identity.AddClaim(
            new Claim(
                SignedInAtClaim,
                clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                ClaimValueTypes.Integer64
            )
        );
        return identity;
    }

    public static bool IsAdmin(ClaimsPrincipal user) => user.HasClaim(AdminClaim, "true");

    /// <summary>For what only administrators may know of; to others it does not exist.</summary>
    /// <exception cref="NotFoundException">The user is no administrator.</exception>
    public static void RequireAdmin(ClaimsPrincipal user)
    {
        if (!IsAdmin(user))
            throw new NotFoundException();
    }

    /// <exception cref="ForbiddenException">Nobody is signed in.</exception>
    public static string IdOf(ClaimsPrincipal user) =>
        user.FindFirstValue(ClaimTypes.NameIdentifier) ?? throw new ForbiddenException(Message.Of("refused.sign-in", $"Sign in first."));
}

/// <summary>Signs in enabled accounts only.</summary>
internal sealed class EnabledUsers : IUserConfirmation<User>
{
    public Task<bool> IsConfirmedAsync(UserManager<User> manager, User user) => Task.FromResult(!user.IsDisabled);
}

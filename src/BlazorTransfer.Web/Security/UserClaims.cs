using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Security;

/// <summary>Puts into the cookie what the services ask of a principal.</summary>
internal sealed class UserClaims(UserManager<User> users, IOptions<IdentityOptions> options)
    : UserClaimsPrincipalFactory<User>(users, options)
{
    private const string AdminClaim = "admin";

    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(User user)
    {
        ClaimsIdentity identity = await base.GenerateClaimsAsync(user);
        if (user.IsAdmin)
            identity.AddClaim(new Claim(AdminClaim, "true"));
        return identity;
    }

    public static bool IsAdmin(ClaimsPrincipal user) => user.HasClaim(AdminClaim, "true");

    /// <exception cref="ForbiddenException">Nobody is signed in.</exception>
    public static string IdOf(ClaimsPrincipal user) =>
        user.FindFirstValue(ClaimTypes.NameIdentifier) ?? throw new ForbiddenException("Sign in first.");
}

/// <summary>Signs in enabled accounts only.</summary>
internal sealed class EnabledUsers : IUserConfirmation<User>
{
    public Task<bool> IsConfirmedAsync(UserManager<User> manager, User user) => Task.FromResult(!user.IsDisabled);
}

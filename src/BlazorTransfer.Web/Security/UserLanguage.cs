using System.Globalization;
using System.Security.Claims;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Security;

/// <summary>The language that a user has chosen, which the next sign-in applies in any browser.</summary>
internal sealed class UserLanguage(DocumentCollection<User> users)
{
    /// <exception cref="Refusals.ForbiddenException">Nobody is signed in.</exception>
    public void Remember(ClaimsPrincipal principal, CultureInfo language) =>
        users.Change(UserClaims.IdOf(principal), user => user with { Language = language.Name, ConcurrencyStamp = User.NewStamp() });
}

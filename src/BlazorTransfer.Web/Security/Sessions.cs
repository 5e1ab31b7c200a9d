using System.Security.Claims;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Identity;

namespace BlazorTransfer.Web.Security;

/// <summary>
/// The sign-ins of accounts: whether one still holds, and how all of an account end. The answer comes from the database each time, so
/// that it is never out of date.
/// </summary>
internal sealed class Sessions(DocumentCollection<User> users, Revocations revocations)
{
    private static readonly string StampClaim = new ClaimsIdentityOptions().SecurityStampClaimType;

    public bool Holds(ClaimsPrincipal principal) =>
        principal.FindFirstValue(ClaimTypes.NameIdentifier) is { } userId
        && users.Find(userId) is { IsDisabled: false } user
        && principal.FindFirstValue(StampClaim) == user.SecurityStamp;

    /// <summary>Changes an account and ends all its sign-ins.</summary>
    /// <exception cref="NotFoundException">There is no such account.</exception>
    public void End(string userId, Func<User, User> change)
    {
        if (users.Change(userId, user => change(user).WithNewStamps()) is null)
            throw new NotFoundException();
        revocations.Publish(userId);
    }
}

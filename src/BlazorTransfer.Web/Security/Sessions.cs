using System.Globalization;
using System.Security.Claims;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Identity;

namespace BlazorTransfer.Web.Security;

/// <summary>
/// The sign-ins of accounts: whether one still holds, and how all of an account end. The answer comes from the database each time, so
/// that it is never out of date.
/// </summary>
internal sealed class Sessions(DocumentCollection<User> users, Revocations revocations, TimeProvider clock)
{
    /// <summary>A sign-in ends when nobody used it for so long.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromDays(14);

    /// <summary>A sign-in ends after so long, however often it is used.</summary>
    public static readonly TimeSpan LongestSession = TimeSpan.FromDays(30);

    private static readonly string StampClaim = new ClaimsIdentityOptions().SecurityStampClaimType;

    public bool Holds(ClaimsPrincipal principal) =>
        principal.FindFirstValue(ClaimTypes.NameIdentifier) is { } userId
        && users.Find(userId) is { IsDisabled: false } user
        && principal.FindFirstValue(StampClaim) == user.SecurityStamp
        && clock.GetUtcNow() - BeginOf(principal) < LongestSession
        && user.EndedSessions.All(e => e.Id != IdOf(principal));

    /// <summary>Ends one sign-in: its cookie holds no longer, wherever a copy of it is.</summary>
    public void EndOne(ClaimsPrincipal principal)
    {
        MarkEnded(principal);
        PublishEnd(principal);
    }

    /// <summary>Notifies open pages and streams of the end of a sign-in.</summary>
    public void PublishEnd(ClaimsPrincipal principal) => revocations.Publish(UserClaims.IdOf(principal));

    /// <summary>Stores the end of a sign-in, so that no request with its cookie is answered any more.</summary>
    public void MarkEnded(ClaimsPrincipal principal)
    {
        if (IdOf(principal) is not { } sessionId)
            return;
        string userId = UserClaims.IdOf(principal);
        DateTimeOffset now = clock.GetUtcNow();
        // Whatever ended longer ago has ended by its age too.
        users.Change(
            userId,
            user =>
                user with
                {
                    EndedSessions = [.. user.EndedSessions.Where(e => now - e.At < LongestSession), new EndedSession(sessionId, now)],
                }
        );
    }

    /// <summary>Changes an account and ends all its sign-ins.</summary>
    /// <exception cref="NotFoundException">There is no such account.</exception>
    public void End(string userId, Func<User, User> change)
    {
        if (users.Change(userId, user => change(user).WithNewStamps()) is null)
            throw new NotFoundException();
        revocations.Publish(userId);
    }

    /// <summary>The first letters of a sign-in's id: enough to find its lines in a log.</summary>
    public static string MarkOf(ClaimsPrincipal principal) => IdOf(principal) is { Length: >= 8 } id ? id[..8] : "unknown";

    private static string? IdOf(ClaimsPrincipal principal) => principal.FindFirstValue(UserClaims.SessionClaim);

    /// <summary>When a sign-in began; long ago where its cookie does not say it.</summary>
    private static DateTimeOffset BeginOf(ClaimsPrincipal principal) =>
        DateTimeOffset.FromUnixTimeSeconds(
            long.TryParse(
                principal.FindFirstValue(UserClaims.SignedInAtClaim),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out long seconds
            )
                ? seconds
                : 0
        );
}

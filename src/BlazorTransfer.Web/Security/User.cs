using System.Security.Cryptography;

namespace BlazorTransfer.Web.Security;

/// <summary>An account. Its properties can be set because Identity's managers change it field by field.</summary>
internal sealed record User
{
    public string Id { get; set; } = "";
    public string UserName { get; set; } = "";
    public string NormalizedUserName { get; set; } = "";
    public string? PasswordHash { get; set; }

    /// <summary>Each sign-in carries it, and ends when it changes.</summary>
    public string? SecurityStamp { get; set; }

    /// <summary>Changes with every write, so that a write of an account that was read before another write is refused.</summary>
    public string? ConcurrencyStamp { get; set; }
    public bool IsAdmin { get; set; }
    public bool IsDisabled { get; set; }
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Language that was chosen last, such as <c>zh-CN</c>; null where none was.</summary>
    public string? Language { get; set; }

    /// <summary>Until when the password that an administrator passed on can be exchanged for one of the user's own; null once it
    /// is.</summary>
    public DateTimeOffset? InitialPasswordUntil { get; set; }

    /// <summary>Sign-ins that were ended one by one and whose cookies would hold still.</summary>
    public IReadOnlyList<EndedSession> EndedSessions { get; set; } = [];

    /// <summary>The account as it is to be stored when its sign-ins end.</summary>
    public User WithNewStamps() => this with { SecurityStamp = NewStamp(), ConcurrencyStamp = NewStamp(), EndedSessions = [] };

    public static string NewStamp() => RandomNumberGenerator.GetHexString(40);
}

/// <summary>A sign-in that was ended before its time.</summary>
/// <param name="Id">The id that its cookie carries.</param>
/// <param name="At">When it was ended.</param>
internal sealed record EndedSession(string Id, DateTimeOffset At);

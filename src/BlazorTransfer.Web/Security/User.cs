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

    /// <summary>The account as it is to be stored when its sign-ins end.</summary>
    public User WithNewStamps() => this with { SecurityStamp = NewStamp(), ConcurrencyStamp = NewStamp() };

    public static string NewStamp() => RandomNumberGenerator.GetHexString(40);
}

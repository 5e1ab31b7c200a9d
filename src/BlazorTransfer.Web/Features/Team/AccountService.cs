using System.Security.Claims;
using System.Security.Cryptography;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Identity;

namespace BlazorTransfer.Web.Features.Team;

/// <summary>Accounts: the first one, further ones by an administrator, passwords.</summary>
internal sealed class AccountService(UserManager<User> manager, DocumentCollection<User> users, TimeProvider clock)
{
    // Two who hold the set-up code at once must not both become the first.
    private static readonly SemaphoreSlim FirstAccount = new(1);
    private const int LongestName = 60;
    private const string PasswordAlphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    public async Task<(User? User, IReadOnlyList<string> Errors)> CreateFirstAsync(string name, string password)
    {
        await FirstAccount.WaitAsync();
        try
        {
            if (users.Count() > 0)
                return (null, ["There is an account already. Sign in with it."]);
            return await CreateAsync(name, password, isAdmin: true);
        }
        finally
        {
            FirstAccount.Release();
        }
    }

    /// <summary>Creates an account with a password drawn here, which is shown once.</summary>
    public async Task<(string? Password, IReadOnlyList<string> Errors)> CreateByAdminAsync(ClaimsPrincipal admin, string name)
    {
        UserClaims.RequireAdmin(admin);
        string password = RandomNumberGenerator.GetString(PasswordAlphabet, 16);
        (User? user, IReadOnlyList<string> errors) = await CreateAsync(name, password, isAdmin: false);
        return (user is null ? null : password, errors);
    }

    public IReadOnlyList<User> List(ClaimsPrincipal admin)
    {
        UserClaims.RequireAdmin(admin);
        return [.. users.All().OrderBy(u => u.UserName, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>A disabled account cannot sign in, and its open pages end within a minute.</summary>
    public async Task SetDisabledAsync(ClaimsPrincipal admin, string userId, bool disabled)
    {
        UserClaims.RequireAdmin(admin);
        if (userId == UserClaims.IdOf(admin))
            throw new RefusedException("You cannot disable your own account.");
        User user = await manager.FindByIdAsync(userId) ?? throw new NotFoundException();
        user.IsDisabled = disabled;
        await manager.UpdateSecurityStampAsync(user);
    }

    public async Task<IReadOnlyList<string>> ChangePasswordAsync(ClaimsPrincipal principal, string current, string next)
    {
        User user = await manager.GetUserAsync(principal) ?? throw new NotFoundException();
        return Errors(await manager.ChangePasswordAsync(user, current, next));
    }

    private async Task<(User?, IReadOnlyList<string>)> CreateAsync(string name, string password, bool isAdmin)
    {
        if (name.Trim() is not { Length: > 0 and <= LongestName } userName || userName.Any(char.IsControl))
            return (null, [$"A name needs 1 to {LongestName} characters."]);
        var user = new User
        {
            Id = Ids.New(),
            UserName = userName,
            IsAdmin = isAdmin,
            CreatedAt = clock.GetUtcNow(),
        };
        IdentityResult result = await manager.CreateAsync(user, password);
        return (result.Succeeded ? user : null, Errors(result));
    }

    private static IReadOnlyList<string> Errors(IdentityResult result) => [.. result.Errors.Select(e => e.Description)];
}

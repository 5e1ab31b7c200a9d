using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Identity;

namespace BlazorTransfer.Web.Security;

/// <summary>
/// Keeps Identity's accounts behind the database's gate. Failed sign-ins are counted by <see cref="SignInThrottle"/>, not here.
/// </summary>
internal sealed class LiteUserStore(DocumentCollection<User> users, Revocations revocations)
    : IUserPasswordStore<User>,
        IUserSecurityStampStore<User>
{
    private static readonly IdentityErrorDescriber Errors = new AccountErrors();

    public Task<IdentityResult> CreateAsync(User user, CancellationToken cancellationToken)
    {
        user.ConcurrencyStamp = User.NewStamp();
        return Task.FromResult(
            users.TryAdd(user, other => other.NormalizedUserName == user.NormalizedUserName)
                ? IdentityResult.Success
                : IdentityResult.Failed(Errors.DuplicateUserName(user.UserName))
        );
    }

    /// <summary>Stores an account, unless it was changed since it was read: Identity reads long before it writes.</summary>
    public Task<IdentityResult> UpdateAsync(User user, CancellationToken cancellationToken)
    {
        string stamp = User.NewStamp();
        bool endsSessions = false;
        User? stored = users.Change(
            user.Id,
            current =>
            {
                if (current.ConcurrencyStamp != user.ConcurrencyStamp)
                    return current;
                endsSessions = current.SecurityStamp != user.SecurityStamp || current.IsDisabled != user.IsDisabled;
                // Sign-ins end while Identity holds an account, and stay ended.
                return user with { ConcurrencyStamp = stamp, EndedSessions = endsSessions ? [] : current.EndedSessions };
            }
        );
        if (stored?.ConcurrencyStamp != stamp)
            return Task.FromResult(IdentityResult.Failed(Errors.ConcurrencyFailure()));
        user.ConcurrencyStamp = stamp;
        if (endsSessions)
            revocations.Publish(user.Id);
        return Task.FromResult(IdentityResult.Success);
    }

    public Task<IdentityResult> DeleteAsync(User user, CancellationToken cancellationToken)
    {
        users.Remove(user.Id);
        revocations.Publish(user.Id);
        return Task.FromResult(IdentityResult.Success);
    }

    public Task<User?> FindByIdAsync(string userId, CancellationToken cancellationToken) => Task.FromResult(users.Find(userId));

    public Task<User?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        Task.FromResult(users.FindBy(nameof(User.NormalizedUserName), normalizedUserName).FirstOrDefault());

    public Task<string> GetUserIdAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.Id);

    public Task<string?> GetUserNameAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.UserName);

    public Task SetUserNameAsync(User user, string? userName, CancellationToken cancellationToken) =>
        Set(() => user.UserName = userName ?? "");

    public Task<string?> GetNormalizedUserNameAsync(User user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.NormalizedUserName);

    public Task SetNormalizedUserNameAsync(User user, string? normalizedName, CancellationToken cancellationToken) =>
        Set(() => user.NormalizedUserName = normalizedName ?? "");

    public Task SetPasswordHashAsync(User user, string? passwordHash, CancellationToken cancellationToken) =>
        Set(() => user.PasswordHash = passwordHash);

    public Task<string?> GetPasswordHashAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash);

    public Task<bool> HasPasswordAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash is not null);

    public Task SetSecurityStampAsync(User user, string stamp, CancellationToken cancellationToken) =>
        Set(() => user.SecurityStamp = stamp);

    public Task<string?> GetSecurityStampAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.SecurityStamp);

    public void Dispose() { }

    private static Task Set(Action set)
    {
        set();
        return Task.CompletedTask;
    }
}

using BlazorTransfer.Web.Security;
using Microsoft.AspNetCore.Identity;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>Computes real password hashes with few rounds, and tells a test of each before it is computed.</summary>
internal sealed class WatchedHasher(Action<string?> onHash) : IPasswordHasher<User>
{
    private readonly PasswordHasher<User> _hasher = new(
        Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { IterationCount = 1000 })
    );

    public string HashPassword(User user, string password)
    {
        onHash(null);
        return _hasher.HashPassword(user, password);
    }

    public PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword)
    {
        onHash(hashedPassword);
        return _hasher.VerifyHashedPassword(user, hashedPassword, providedPassword);
    }
}

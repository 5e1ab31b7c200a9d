using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace BlazorTransfer.Web.Security;

/// <summary>
/// Remembers, in a cookie, that an account signed in from a browser. The cookie signs nobody in; it only keeps the guesses of others from
/// slowing this browser down, also where a proxy makes all addresses look the same.
/// </summary>
internal sealed class KnownBrowsers(IDataProtectionProvider protection)
{
    private const string Cookie = "blazortransfer-browser";
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(180);
    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector(Cookie).ToTimeLimitedDataProtector();

    /// <summary>Remembers this browser. Its id stays, so that a new sign-in does not bring a new allowance of attempts.</summary>
    public void Remember(HttpContext context, string normalizedName) =>
        context.Response.Cookies.Append(
            Cookie,
            _protector.Protect($"{TryRead(context)?.Id ?? RandomNumberGenerator.GetHexString(20)} {normalizedName}", Lifetime),
            new CookieOptions
            {
                HttpOnly = true,
                IsEssential = true,
                MaxAge = Lifetime,
                Path = "/",
                SameSite = SameSiteMode.Strict,
                Secure = context.Request.IsHttps,
            }
        );

    /// <summary>Where a sign-in comes from: a browser that the account knows, or an address.</summary>
    public (string Source, bool IsKnown) SourceOf(HttpContext context, string normalizedName) =>
        TryRead(context) is { } known && known.Name == normalizedName ? ($"browser {known.Id}", true) : (AddressOf(context), false);

    /// <summary>The browser's id, whichever account it knows; otherwise the address.</summary>
    public string PartitionOf(HttpContext context) => TryRead(context)?.Id ?? AddressOf(context);

    private (string Id, string Name)? TryRead(HttpContext context)
    {
        if (context.Request.Cookies[Cookie] is not { } cookie)
            return null;
        try
        {
            string[] parts = _protector.Unprotect(cookie).Split(' ', 2);
            return (parts[0], parts[1]);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Whoever has one IPv6 address usually has its whole network of 64 bits.</summary>
    private static string AddressOf(HttpContext context)
    {
        IPAddress address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6 || address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
            return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
        return Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8));
    }
}

using System.Security.Cryptography;

namespace BlazorTransfer.Web.Storage;

/// <summary>Opaque ids: nothing can be read from them or guessed, and they are safe in paths and URLs.</summary>
internal static class Ids
{
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(10));
}

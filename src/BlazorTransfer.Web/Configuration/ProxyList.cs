using System.Net;

namespace BlazorTransfer.Web.Configuration;

/// <summary>A list of addresses and networks, separated by commas, as an administrator writes it.</summary>
internal static class ProxyList
{
    private const StringSplitOptions Tidy = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    /// <summary>The networks; of an address the one with nothing else in it. What cannot be read is left out.</summary>
    public static IReadOnlyList<IPNetwork> Networks(string proxies) => [.. proxies.Split(',', Tidy).Select(Parse).OfType<IPNetwork>()];

    /// <summary>The first entry that is neither an address nor a network; null where all are.</summary>
    public static string? FirstUnreadable(string proxies) => proxies.Split(',', Tidy).FirstOrDefault(p => Parse(p) is null);

    private static IPNetwork? Parse(string proxy)
    {
        if (IPAddress.TryParse(proxy, out IPAddress? address))
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return IPNetwork.TryParse(proxy, out IPNetwork network) ? network : null;
    }
}

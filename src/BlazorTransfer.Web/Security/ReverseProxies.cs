using BlazorTransfer.Web.Configuration;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace BlazorTransfer.Web.Security;

/// <summary>Reverse proxies that an administrator named, and what they say of the browser behind them: address, scheme and name.</summary>
internal static class ReverseProxies
{
    public static void AddReverseProxies(this IServiceCollection services)
    {
        services
            .AddOptions<ForwardedHeadersOptions>()
            .Configure<IOptions<BlazorTransferOptions>>((forwarded, options) => Trust(forwarded, options.Value.TrustedProxies));
        // The framework's own check of names asks before the proxy's headers are read; HostCheck asks after that.
        services.Configure<HostFilteringOptions>(options => options.AllowedHosts = ["*"]);
    }

    private static void Trust(ForwardedHeadersOptions forwarded, string proxies)
    {
        IReadOnlyList<IPNetwork> networks = ProxyList.Networks(proxies);
        // Without this, the framework believes a proxy on the same machine, which any local process can play.
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (IPNetwork network in networks)
            forwarded.KnownIPNetworks.Add(network);
        forwarded.ForwardedHeaders =
            networks.Count == 0
                ? ForwardedHeaders.None
                : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        // Several proxies in a row are followed up to the first that is not named.
        forwarded.ForwardLimit = null;
    }
}

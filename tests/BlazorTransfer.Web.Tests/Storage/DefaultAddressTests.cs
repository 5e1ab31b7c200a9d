using BlazorTransfer.Web.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;

namespace BlazorTransfer.Web.Tests.Storage;

public sealed class DefaultAddressTests
{
    [Theory]
    [InlineData("--urls=http://127.0.0.1:1234", "http://127.0.0.1:1234")]
    [InlineData("--other=1", DefaultAddress.Url)]
    public void Address_IsTheConfiguredOneElseTheDefault(string argument, string expected)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder([argument]);

        builder.WebHost.UseDefaultAddress(builder.Configuration);

        Assert.Equal(expected, builder.WebHost.GetSetting(WebHostDefaults.ServerUrlsKey));
    }

    // ASPNETCORE_URLS and its like appear under these names.
    [Theory]
    [InlineData("URLS")]
    [InlineData("HTTP_PORTS")]
    [InlineData("HTTPS_PORTS")]
    [InlineData("Kestrel:Endpoints:Http:Url")]
    public void EachWayOfAspNetCore_Counts(string name)
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new KeyValuePair<string, string?>(name, "http://127.0.0.1:1234")])
            .Build();

        Assert.True(DefaultAddress.IsConfigured(configuration));
    }
}

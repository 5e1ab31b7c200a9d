using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Features.Guide;

internal static class GuideFeature
{
    public static IServiceCollection AddGuide(this IServiceCollection services) => services.AddSingleton<IPageAddress, GuidePageAddress>();
}

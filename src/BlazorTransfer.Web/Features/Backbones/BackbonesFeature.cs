using BlazorTransfer.Core.Models;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Backbones;

internal static class BackbonesFeature
{
    public static IServiceCollection AddBackbones(this IServiceCollection services)
    {
        services.AddDocuments<BackboneSpeed>("backbone_speeds", s => s.Backbone);
        services.AddJobKind<BackboneMeasurement>();
        return services.AddSingleton<BackboneSpeeds>();
    }
}

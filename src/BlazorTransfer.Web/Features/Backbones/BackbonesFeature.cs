using BlazorTransfer.Core.Models;
using BlazorTransfer.Web.Components;
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

    /// <summary>Leads from the addresses of earlier versions to the page.</summary>
    public static void MapBackbones(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/backbones", () => TypedResults.Redirect(AppRoutes.Networks));
        routes.MapGet("/weights", () => TypedResults.Redirect(AppRoutes.Weights));
    }
}

using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.Datasets.Versions;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlazorTransfer.Web.Features.Datasets;

internal static class DatasetsFeature
{
    public static IServiceCollection AddDatasets(this IServiceCollection services)
    {
        services.AddMemoryCache();
        services.AddDocuments<Dataset>(
            "datasets",
            d => d.Id,
            new DescriptorPlace<Dataset>(
                (folder, d) => folder.DatasetFile(d.Id, "dataset.json"),
                folder => folder.DatasetFiles("dataset.json")
            ),
            new DocumentIndex<Dataset>(nameof(Dataset.ProjectId), d => d.ProjectId)
        );
        services.AddSingleton<ImageImporter>();
        services.AddSingleton<UploadReceiver>();
        services.AddSingleton<DatasetWorkspaces>();
        services.AddSingleton<DatasetService>();
        services.AddSingleton<DatasetVersions>();
        services.AddJobKind<PublishJob>();
        services.AddSingleton<IPageAddress, DatasetAddress>();
        services.AddSingleton<IProjectContent>(provider => provider.GetRequiredService<DatasetService>());
        services.AddSingleton<DatasetImports>();
        services.AddJobKind<ImportJob>();
        services.AddDocuments<StoredUpload>("pending_uploads", u => u.Id);
        services.AddSingleton<PendingUploads>();
        return services.AddHostedService<UploadRecovery>();
    }

    public static void MapDatasets(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder api = routes.MapGroup("/api/v1/projects/{projectId}/datasets");
        api.MapGet(
            "",
            (ClaimsPrincipal user, string projectId, DatasetService datasets) =>
                TypedResults.Ok(datasets.List(user, projectId).Select(DatasetResponse.Of))
        );
        api.MapGet(
            "{datasetId}",
            (ClaimsPrincipal user, string projectId, string datasetId, DatasetService datasets) =>
                TypedResults.Ok(DatasetResponse.Of(datasets.Get(user, projectId, datasetId)))
        );
        api.MapGet(
            "{datasetId}/versions/{number:int}/skipped-files",
            (ClaimsPrincipal user, string projectId, string datasetId, int number, DatasetService datasets) =>
                TypedResults.Ok(
                    datasets
                        .Rejected(user, projectId, datasetId, number)
                        .Select(f => new SkippedFileResponse(f.Name, f.Reason, f.Reason.Code))
                )
        );
        api.MapGet("{datasetId}/images/{sha256}", ImageAsync);
        api.MapGet("{datasetId}/versions/{number:int}/import-report", Report);
        api.MapPost("uploads", UploadAsync).DisableAntiforgery();
        api.MapVersions();
        api.MapGet("uploads/{uploadId}/images/{number:int}", UploadedImageAsync);
    }

    private static async Task<PhysicalFileHttpResult> ImageAsync(
        ClaimsPrincipal user,
        string projectId,
        string datasetId,
        string sha256,
        string? size,
        string? region,
        DatasetService datasets,
        HttpContext context
    )
    {
        (string path, string mediaType) = await datasets.ImageAsync(user, projectId, datasetId, sha256, thumbnail: size != "full", region);
        // The content of a hash never changes, but it is for this user's eyes.
        context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        // An original is what somebody brought, and may be a page as well as an image: shown in a page it is an image, opened by itself it
        // is a download.
        return TypedResults.PhysicalFile(path, mediaType, size == "full" ? Path.GetFileName(path) : null);
    }

    /// <summary>What an import took and skipped, as a CSV file in the language of the request.</summary>
    private static FileContentHttpResult Report(
        ClaimsPrincipal user,
        string projectId,
        string datasetId,
        int number,
        DatasetService datasets
    )
    {
        DatasetManifest manifest = datasets.Manifest(user, projectId, datasetId, number);
        using var csv = new MemoryStream();
        ImportReport.Write(csv, manifest.Samples, datasets.Rejected(user, projectId, datasetId, number), EngineTexts.Of);
        return TypedResults.File(csv.ToArray(), "text/csv", $"import-{datasetId}-{number}.csv");
    }

    /// <summary>An image of an upload that is not confirmed yet.</summary>
    private static async Task<FileContentHttpResult> UploadedImageAsync(
        ClaimsPrincipal user,
        string projectId,
        string uploadId,
        int number,
        PendingUploads pending,
        HttpContext context
    )
    {
        byte[] jpeg = await pending.ImageAsync(user, projectId, uploadId, number, context.RequestAborted);
        context.Response.Headers.CacheControl = "private, no-store";
        return TypedResults.File(jpeg, "image/jpeg");
    }

    /// <summary>Receives a zip as the request's body. The page sends it by script, which another site's page cannot (see the Origin
    /// check).</summary>
    private static async Task<Accepted<UploadResponse>> UploadAsync(
        ClaimsPrincipal user,
        string projectId,
        string name,
        string? layout,
        string? encoding,
        string? tableEncoding,
        string? boxes,
        double? margin,
        bool? skipMultiPage,
        bool? ask,
        bool? preview,
        HttpContext context,
        UserLimits limits,
        ProjectAccess access,
        UploadReceiver uploads,
        PendingUploads pending
    )
    {
        limits.Take(user, LimitedWork.Uploads);
        access.Require(user, projectId, ProjectRole.Editor);
        Dataset.CheckName(name);
        ImportOptions? options = OptionsOf(layout, boxes, margin ?? 0, skipMultiPage == true);
        ImportEncodings encodings = EncodingsOf(encoding, tableEncoding);
        string file = await uploads.ReceiveAsync(context, ".zip");
        (DatasetImport? import, PendingUpload? upload) = await Task.Run(() =>
            pending.Start(user, projectId, name, file, options, encodings, asks: ask == true, isPreviewed: preview == true)
        );
        return TypedResults.Accepted(
            (string?)null,
            new UploadResponse(import?.Id, import?.DatasetId, upload?.Id, upload?.Question?.Message)
        );
    }

    private static ImportEncodings EncodingsOf(string? names, string? table)
    {
        try
        {
            return ImportEncodings.Parse(names, table);
        }
        catch (ImportException e)
        {
            throw new RefusedException(e.Text);
        }
    }

    /// <summary>Null to recognise the layout.</summary>
    private static ImportOptions? OptionsOf(string? layout, string? boxes, double margin, bool skipsSeveralFrames)
    {
        if (string.Equals(layout, AppRoutes.AutomaticLayout, StringComparison.OrdinalIgnoreCase))
            return null;
        var options = new ImportOptions(
            Named<ImportLayout>(layout, "UnknownLayout"),
            Named<BoxUse>(boxes, "UnknownBoxes"),
            margin,
            skipsSeveralFrames
        );
        return options.Check() is { } wrong ? throw new RefusedException(wrong) : options;
    }

    // By name only: a number would pass for a value, even one that does not exist.
    private static TChoice Named<TChoice>(string? name, string refusal)
        where TChoice : struct, Enum
    {
        if (name is null)
            return default;
        foreach (TChoice value in Enum.GetValues<TChoice>())
        {
            if (value.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        throw new RefusedException(Texts<DatasetTexts>.Get(refusal));
    }
}

using System.Security.Claims;
using BlazorTransfer.Imaging;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Datasets.Versions;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>Reads what a camera wrote into an image's file, in the process that opens files of strangers.</summary>
internal sealed class ImageExif(DatasetWorkspaces workspaces, DataFolder folder, ImageProcesses processes)
{
    /// <summary>Null where there is no such image, or its file cannot be read.</summary>
    public async Task<ExifFacts?> ReadAsync(
        ClaimsPrincipal user,
        string projectId,
        string datasetId,
        string key,
        CancellationToken cancel
    ) =>
        workspaces.Open(user, projectId, datasetId).Find(key) is { Sample.File: var file }
            ? (await processes.ReadExifAsync(Path.Combine(folder.Images, file), cancel)).Exif
            : null;
}

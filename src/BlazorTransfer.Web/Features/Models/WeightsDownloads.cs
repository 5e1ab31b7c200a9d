using System.Security.Claims;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Models;

/// <summary>A download that is queued, running or failed.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Received">Bytes that have come.</param>
/// <param name="Total">Bytes of the file; null while that is not known.</param>
/// <param name="Error">Why it failed, in words; null while it is queued or running.</param>
/// <param name="MayStop">Whether the user may stop or dismiss it.</param>
public sealed record DownloadState(string JobId, long Received, long? Total, Message? Error, bool MayStop);

/// <summary>Downloads of official weights, for the signed-in user. Everybody sees them, as everybody uses the weights.</summary>
internal sealed class WeightsDownloads(
    JobEngine jobs,
    JobService mine,
    WeightsDownload kind,
    OfficialWeightsCatalogue catalogue,
    DataFolder folder,
    UserLimits limits
)
{
    /// <summary>Downloads that are queued, running or failed, by backbone.</summary>
    public IReadOnlyDictionary<string, DownloadState> States(ClaimsPrincipal user)
    {
        UserClaims.IdOf(user);
        return jobs.List("")
            .Where(j => j.Kind == kind.Name)
            .DistinctBy(j => j.Subject)
            .Where(j => !j.State.IsFinal() || j is { State: JobState.Failed, IsDismissed: false })
            .ToDictionary(
                j => j.Subject,
                j => new DownloadState(
                    j.Id,
                    j.Progress?.Done ?? 0,
                    j.Progress is { Total: > 0 and var total } ? total : null,
                    j.Error,
                    mine.MayChange(user, j)
                )
            );
    }

    /// <exception cref="RefusedException">There are none for this network, they are being fetched already, or the disk is nearly
    /// full.</exception>
    public void Start(ClaimsPrincipal user, string backbone)
    {
        string userId = UserClaims.IdOf(user);
        limits.Take(user, LimitedWork.Uploads);
        OfficialWeights weights = catalogue.For(backbone) ?? throw new RefusedException(Texts<ModelTexts>.Get("NoOfficial"));
        folder.RequireSpace();
        jobs.Submit(
            kind,
            new NewJob<DownloadInput>(userId, Texts<ModelTexts>.Get("DownloadJob", weights.Name), new DownloadInput(backbone))
            {
                Subject = backbone,
            }
        );
    }

    /// <summary>Stops a download, keeping what has come; or takes a failed one off the list.</summary>
    /// <exception cref="ForbiddenException">Another account started it, and the user is no administrator.</exception>
    public void Cancel(ClaimsPrincipal user, string backbone)
    {
        if (!States(user).TryGetValue(backbone, out DownloadState? download))
            return;
        if (!download.MayStop)
            throw new ForbiddenException(
                Message.Of("refused.stop-download", $"Only whoever started this download, or an administrator, may stop it.")
            );
        jobs.Cancel(download.JobId);
        jobs.Dismiss(download.JobId);
    }
}

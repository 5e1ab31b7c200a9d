using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Localization;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>Imports of a project, for the signed-in user. They are background jobs, so that neither a closed tab nor the end of the
/// application loses one.</summary>
internal sealed class DatasetImports(
    JobEngine jobs,
    JobService mine,
    ImportJob kind,
    ProjectAccess access,
    DataFolder folder,
    UserLimits limits,
    IStringLocalizer<DatasetTexts> texts
)
{
    /// <summary>Imports that are queued, running or failed, the newest first.</summary>
    public IReadOnlyList<DatasetImport> List(ClaimsPrincipal user, string projectId) =>
        [
            .. mine.List(user, projectId)
                .Where(j => j.Kind == kind.Name && (!j.State.IsFinal() || j is { State: JobState.Failed, IsDismissed: false }))
                .Select(DatasetImport.Of),
        ];

    /// <summary>An import, whatever became of it.</summary>
    public DatasetImport Get(ClaimsPrincipal user, string projectId, string importId)
    {
        access.Require(user, projectId, ProjectRole.Viewer);
        return jobs.Find(importId) is { } job && job.ProjectId == projectId && job.Kind == kind.Name
            ? DatasetImport.Of(job)
            : throw new NotFoundException();
    }

    /// <summary>Takes over an uploaded zip, which is deleted when the import has ended, or at once where it is refused.</summary>
    public DatasetImport StartZip(
        ClaimsPrincipal user,
        string projectId,
        string name,
        string uploadedZip,
        ImportOptions? options = null,
        ImportEncodings? encodings = null
    )
    {
        try
        {
            var files = new Dictionary<string, string> { [ImportJob.Upload] = uploadedZip };
            return Start(
                user,
                projectId,
                ImportInput.Of(Ids.New(), Dataset.CheckName(name), options ?? new ImportOptions(), encodings ?? ImportEncodings.None),
                files
            );
        }
        catch
        {
            File.Delete(uploadedZip);
            throw;
        }
    }

    /// <summary>Draws the sample data set.</summary>
    public DatasetImport StartSample(ClaimsPrincipal user, string projectId)
    {
        limits.Take(user, LimitedWork.Uploads);
        return Start(user, projectId, new ImportInput(Ids.New(), texts["SampleName"], ImportLayout.Classes, IsSample: true), []);
    }

    public void Cancel(ClaimsPrincipal user, string projectId, string importId)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        jobs.Cancel(Get(user, projectId, importId).Id);
    }

    /// <summary>Takes a failed import off the list; it stays in the history of jobs.</summary>
    public void Dismiss(ClaimsPrincipal user, string projectId, string importId)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        jobs.Dismiss(Get(user, projectId, importId).Id);
    }

    private DatasetImport Start(ClaimsPrincipal user, string projectId, ImportInput input, Dictionary<string, string> files)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        folder.RequireSpace();
        return DatasetImport.Of(
            jobs.Submit(
                kind,
                new NewJob<ImportInput>(UserClaims.IdOf(user), texts["ImportOf", input.Name], input)
                {
                    ProjectId = projectId,
                    Subject = input.DatasetId,
                    Files = files,
                }
            )
        );
    }
}

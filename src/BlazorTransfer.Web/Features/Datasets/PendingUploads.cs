using System.Collections.Concurrent;
using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>An upload that waits until its user has chosen an encoding.</summary>
/// <param name="Id">Of the upload.</param>
/// <param name="ProjectId">Where it is imported.</param>
/// <param name="Name">Name of the data set.</param>
/// <param name="File">The received zip.</param>
/// <param name="Layout">What its folders mean.</param>
/// <param name="Encodings">Chosen so far.</param>
/// <param name="Question">The text that is not UTF-8, as it reads in each encoding.</param>
/// <param name="AddedAt">When it was received.</param>
internal sealed record PendingUpload(
    string Id,
    string ProjectId,
    string Name,
    string File,
    ImportLayout Layout,
    ImportEncodings Encodings,
    UnknownEncodingException Question,
    DateTimeOffset AddedAt
);

/// <summary>Starts the imports of uploads, and keeps those whose text is not UTF-8 until an encoding is chosen, for a day at
/// most.</summary>
internal sealed class PendingUploads(
    DatasetImports imports,
    ProjectAccess access,
    IOptions<BlazorTransferOptions> options,
    TimeProvider clock
)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private readonly ConcurrentDictionary<string, PendingUpload> _uploads = new();

    /// <summary>Uploads of a project that wait, the oldest first.</summary>
    public IReadOnlyList<PendingUpload> List(ClaimsPrincipal user, string projectId)
    {
        access.Require(user, projectId, ProjectRole.Viewer);
        RemoveOld();
        return [.. _uploads.Values.Where(u => u.ProjectId == projectId).OrderBy(u => u.AddedAt)];
    }

    /// <summary>Takes over a received zip: starts its import, or keeps it until an encoding is chosen.</summary>
    /// <param name="user">Who brought it.</param>
    /// <param name="projectId">Where it is imported.</param>
    /// <param name="name">Name of the data set.</param>
    /// <param name="file">The zip. It is deleted where it is refused, and when the import has ended.</param>
    /// <param name="layout">What its folders mean.</param>
    /// <param name="encodings">Encodings of text that is not UTF-8.</param>
    /// <param name="asks">Whether the user can be asked for an encoding.</param>
    /// <exception cref="RefusedException">An encoding is needed, and the user cannot be asked.</exception>
    public (DatasetImport? Import, PendingUpload? Upload) Start(
        ClaimsPrincipal user,
        string projectId,
        string name,
        string file,
        ImportLayout layout,
        ImportEncodings encodings,
        bool asks
    )
    {
        RemoveOld();
        if (QuestionOf(file, layout, encodings) is not { } question)
            return (imports.StartZip(user, projectId, name, file, layout, encodings), null);
        // A table beside class folders is skipped with the reason, and the images are imported.
        if (!asks && question.IsTable && layout != ImportLayout.Table)
            return (imports.StartZip(user, projectId, name, file, layout, encodings), null);
        if (!asks || question.Previews.Count == 0)
        {
            File.Delete(file);
            string how = question.IsTable ? "tableEncoding=NAME" : "encoding=NAME";
            throw new RefusedException(
                question.Previews.Count == 0 ? question.Message : $"{question.Message} Add {how} to the address of the upload."
            );
        }

        var upload = new PendingUpload(Ids.New(), projectId, name, file, layout, encodings, question, clock.GetUtcNow());
        _uploads[upload.Id] = upload;
        return (null, upload);
    }

    /// <summary>Answers an upload's question. Another one may follow, about the table of labels.</summary>
    public void Choose(ClaimsPrincipal user, string projectId, string uploadId, TextEncoding encoding)
    {
        PendingUpload upload = Take(user, projectId, uploadId);
        ImportEncodings chosen = upload.Question.IsTable
            ? upload.Encodings with
            {
                Table = encoding,
            }
            : upload.Encodings with
            {
                Names = encoding,
            };
        Start(user, projectId, upload.Name, upload.File, upload.Layout, chosen, asks: true);
    }

    public void Discard(ClaimsPrincipal user, string projectId, string uploadId) => File.Delete(Take(user, projectId, uploadId).File);

    // One tab gets it, however many ask at once.
    private PendingUpload Take(ClaimsPrincipal user, string projectId, string uploadId)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        return
            _uploads.TryGetValue(uploadId, out PendingUpload? found)
            && found.ProjectId == projectId
            && _uploads.TryRemove(uploadId, out PendingUpload? upload)
            ? upload
            : throw new NotFoundException();
    }

    /// <summary>The first text of an upload that needs an encoding; null where there is none, or the import will fail for another
    /// reason.</summary>
    private UnknownEncodingException? QuestionOf(string file, ImportLayout layout, ImportEncodings encodings)
    {
        try
        {
            using var zip = new ZipImages(file, ZipLimits.Of(options.Value), encodings.Names);
            LabelTable.In(zip.Names, zip.Read, ImportLayout.Table, [], encodings.Table);
            return null;
        }
        catch (UnknownEncodingException e)
        {
            return e.IsTable && e.Previews.Count == 0 && layout != ImportLayout.Table ? null : e;
        }
        catch (ImportException)
        {
            return null;
        }
    }

    private void RemoveOld()
    {
        foreach (PendingUpload upload in _uploads.Values.Where(u => clock.GetUtcNow() - u.AddedAt > LongestWait))
        {
            if (_uploads.TryRemove(upload.Id, out _))
                File.Delete(upload.File);
        }
    }
}

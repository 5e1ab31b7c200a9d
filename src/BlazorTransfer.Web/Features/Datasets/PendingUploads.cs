using System.Collections.Concurrent;
using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Localization;
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

/// <summary>A pending upload as it is stored; its question follows from the file.</summary>
internal sealed record StoredUpload
{
    public required string Id { get; init; }
    public required string ProjectId { get; init; }
    public required string Name { get; init; }

    /// <summary>Name of the zip in the uploads folder.</summary>
    public required string File { get; init; }
    public required ImportLayout Layout { get; init; }
    public string? NameEncoding { get; init; }
    public string? TableEncoding { get; init; }
    public required DateTimeOffset AddedAt { get; init; }
}

/// <summary>Starts the imports of uploads, and keeps those whose text is not UTF-8 until an encoding is chosen, for a day at most. They
/// are stored, so that the end of the application loses none.</summary>
internal sealed class PendingUploads(
    DatasetImports imports,
    ProjectAccess access,
    DocumentCollection<StoredUpload> stored,
    DataFolder folder,
    IOptions<BlazorTransferOptions> options,
    UserLimits limits,
    TimeProvider clock,
    IStringLocalizer<DatasetTexts> texts
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
        try
        {
            access.Require(user, projectId, ProjectRole.Editor);
        }
        catch
        {
            File.Delete(file);
            throw;
        }

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
            throw new RefusedException(question.Previews.Count == 0 ? question.Message : texts["EncodingInAddress", question.Message, how]);
        }

        var upload = new PendingUpload(Ids.New(), projectId, name, file, layout, encodings, question, clock.GetUtcNow());
        stored.Add(
            new StoredUpload
            {
                Id = upload.Id,
                ProjectId = projectId,
                Name = name,
                File = Path.GetFileName(file),
                Layout = layout,
                NameEncoding = encodings.Names?.Name,
                TableEncoding = encodings.Table?.Name,
                AddedAt = upload.AddedAt,
            }
        );
        _uploads[upload.Id] = upload;
        return (null, upload);
    }

    /// <summary>Takes over the uploads that were pending when the application ended, and deletes files that nobody waits for.</summary>
    public void Recover()
    {
        foreach (StoredUpload upload in stored.All())
        {
            string file = Path.Combine(folder.Uploads, upload.File);
            var encodings = ImportEncodings.Parse(upload.NameEncoding, upload.TableEncoding);
            // Without a file, its import was accepted just before the end.
            if (File.Exists(file) && QuestionOf(file, upload.Layout, encodings) is { } question)
                _uploads[upload.Id] = new PendingUpload(
                    upload.Id,
                    upload.ProjectId,
                    upload.Name,
                    file,
                    upload.Layout,
                    encodings,
                    question,
                    upload.AddedAt
                );
            else
                stored.Remove(upload.Id);
        }

        foreach (string file in Directory.EnumerateFiles(folder.Uploads).Except(_uploads.Values.Select(u => u.File)).ToArray())
            File.Delete(file);
    }

    /// <summary>Answers an upload's question. Another one may follow, about the table of labels.</summary>
    public void Choose(ClaimsPrincipal user, string projectId, string uploadId, TextEncoding encoding)
    {
        limits.Take(user, LimitedWork.Uploads);
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
        try
        {
            Start(user, projectId, upload.Name, upload.File, upload.Layout, chosen, asks: true);
        }
        catch when (File.Exists(upload.File))
        {
            // Nothing has taken it over, so that it can be chosen again.
            _uploads[upload.Id] = upload;
            throw;
        }

        // Last: until its import is accepted, the end of the application must not lose it.
        stored.Remove(upload.Id);
    }

    public void Discard(ClaimsPrincipal user, string projectId, string uploadId)
    {
        PendingUpload upload = Take(user, projectId, uploadId);
        stored.Remove(upload.Id);
        File.Delete(upload.File);
    }

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
            if (!_uploads.TryRemove(upload.Id, out _))
                continue;
            stored.Remove(upload.Id);
            File.Delete(upload.File);
        }
    }
}

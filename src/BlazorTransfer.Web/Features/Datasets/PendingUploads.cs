using System.Collections.Concurrent;
using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Imaging;
using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>Starts the imports of uploads, and keeps those that wait for their user, for a day at most. They are stored, so that the end of
/// the application loses none.</summary>
internal sealed class PendingUploads(
    DatasetImports imports,
    ProjectAccess access,
    DocumentCollection<StoredUpload> stored,
    DataFolder folder,
    IOptions<BlazorTransferOptions> options,
    UserLimits limits,
    ImageProcesses processes,
    TimeProvider clock,
    IStringLocalizer<DatasetTexts> texts
)
{
    private const int PreviewSide = 160;
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private readonly ConcurrentDictionary<string, PendingUpload> _uploads = new();

    /// <summary>Uploads of a project that wait, the oldest first.</summary>
    public IReadOnlyList<PendingUpload> List(ClaimsPrincipal user, string projectId)
    {
        access.Require(user, projectId, ProjectRole.Viewer);
        RemoveOld();
        return [.. _uploads.Values.Where(u => u.ProjectId == projectId).OrderBy(u => u.AddedAt)];
    }

    /// <summary>Takes over a received zip: starts its import, or keeps it until its user has looked at it.</summary>
    /// <param name="user">Who brought it.</param>
    /// <param name="projectId">Where it is imported.</param>
    /// <param name="name">Name of the data set.</param>
    /// <param name="file">The zip. It is deleted where it is refused, and when the import has ended.</param>
    /// <param name="options">How it is read; null to recognise the layout.</param>
    /// <param name="encodings">Encodings of text that is not UTF-8.</param>
    /// <param name="asks">Whether the user can be asked for an encoding.</param>
    /// <param name="isPreviewed">Whether the user sees what was recognised before anything is stored.</param>
    /// <exception cref="RefusedException">An encoding is needed, and the user cannot be asked.</exception>
    public (DatasetImport? Import, PendingUpload? Upload) Start(
        ClaimsPrincipal user,
        string projectId,
        string name,
        string file,
        ImportOptions? options,
        ImportEncodings encodings,
        bool asks,
        bool isPreviewed = false
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
        PendingUpload upload = Look(
            new PendingUpload(Ids.New(), projectId, name, file, options, encodings, clock.GetUtcNow()) { IsPreviewed = isPreviewed }
        );
        if (upload is { Question: null, Preview: null })
            return (Import(user, upload), null);
        if (upload.Question is { } question)
        {
            // A table beside class folders is skipped with the reason, and the images are imported.
            if (!asks && question.IsTable && (options ?? Recognised(upload)).Layout != ImportLayout.Table)
                return (Import(user, upload), null);
            if (!asks || question.Previews.Count == 0)
            {
                File.Delete(file);
                string how = question.IsTable ? "tableEncoding=NAME" : "encoding=NAME";
                throw new RefusedException(
                    question.Previews.Count == 0 ? question.Message : texts["EncodingInAddress", question.Message, how]
                );
            }
        }

        Keep(upload);
        return (null, upload);
    }

    /// <summary>Takes over the uploads that were pending when the application ended, and deletes files that nobody waits for.</summary>
    public void Recover()
    {
        foreach (StoredUpload entry in stored.All())
        {
            PendingUpload upload = entry.Waiting(folder.Uploads);
            // Without a file, its import was accepted just before the end.
            if (File.Exists(upload.File) && Look(upload) is { } waiting && (waiting.Question is not null || waiting.Preview is not null))
                _uploads[entry.Id] = waiting;
            else
                stored.Remove(entry.Id);
        }

        foreach (string file in Directory.EnumerateFiles(folder.Uploads).Except(_uploads.Values.Select(u => u.File)).ToArray())
            File.Delete(file);
    }

    /// <summary>Answers an upload's question. Another one may follow, about the table of labels.</summary>
    public void Choose(ClaimsPrincipal user, string projectId, string uploadId, TextEncoding encoding)
    {
        limits.Take(user, LimitedWork.Uploads);
        PendingUpload upload = Take(user, projectId, uploadId);
        if (upload.Question is not { } question)
        {
            _uploads[upload.Id] = upload;
            throw new NotFoundException();
        }

        ImportEncodings chosen = question.IsTable ? upload.Encodings with { Table = encoding } : upload.Encodings with { Names = encoding };
        GoOn(user, upload, upload with { Id = Ids.New(), Encodings = chosen });
    }

    /// <summary>Reads a previewed upload in another way; nothing is stored yet.</summary>
    public void Change(ClaimsPrincipal user, string projectId, string uploadId, ImportOptions options)
    {
        limits.Take(user, LimitedWork.Uploads);
        if (options.Check() is { } wrong)
            throw new RefusedException(wrong);
        PendingUpload upload = Take(user, projectId, uploadId);
        GoOn(user, upload, upload with { Options = options });
    }

    /// <summary>Starts the import of an upload with the options that its preview shows.</summary>
    /// <exception cref="RefusedException">No data set can be made of it as it is read.</exception>
    public DatasetImport Confirm(ClaimsPrincipal user, string projectId, string uploadId)
    {
        limits.Take(user, LimitedWork.Uploads);
        PendingUpload upload = Take(user, projectId, uploadId);
        try
        {
            if (upload.Preview is not { } preview)
                throw new NotFoundException();
            if (preview.Problem is { } problem)
                throw new RefusedException(problem);
            DatasetImport import = Import(user, upload);
            // Last: until its import is accepted, the end of the application must not lose it.
            stored.Remove(upload.Id);
            return import;
        }
        catch when (File.Exists(upload.File))
        {
            // Nothing has taken it over, so that it can be chosen again.
            _uploads[upload.Id] = upload;
            throw;
        }
    }

    /// <summary>One of the images that a preview names, as a small JPEG; drawn in a process of its own.</summary>
    /// <param name="user">Who looks.</param>
    /// <param name="projectId">Of the upload.</param>
    /// <param name="uploadId">The upload.</param>
    /// <param name="number">Place in the preview's list, from 0.</param>
    /// <param name="cancel">Stops the wait.</param>
    public async Task<byte[]> ImageAsync(ClaimsPrincipal user, string projectId, string uploadId, int number, CancellationToken cancel)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        PendingUpload? upload = List(user, projectId).FirstOrDefault(u => u.Id == uploadId);
        if (upload?.Preview?.First.ElementAtOrDefault(number) is not { } name)
            throw new NotFoundException();
        (byte[]? bytes, _) = await Task.Run(
            () =>
            {
                using ZipImages zip = Open(upload);
                return zip.Read(name);
            },
            cancel
        );
        ImageAnswer? answer = bytes is null ? null : await processes.DrawThumbnailAsync(bytes, PreviewSide, cancel);
        return answer?.Thumbnail ?? throw new NotFoundException();
    }

    public void Discard(ClaimsPrincipal user, string projectId, string uploadId)
    {
        PendingUpload upload = Take(user, projectId, uploadId);
        stored.Remove(upload.Id);
        File.Delete(upload.File);
    }

    /// <summary>Looks at a changed upload again, which then waits on or is imported.</summary>
    private void GoOn(ClaimsPrincipal user, PendingUpload before, PendingUpload changed)
    {
        try
        {
            PendingUpload upload = Look(changed);
            if (upload is { Question: { Previews.Count: 0 } hopeless })
            {
                File.Delete(upload.File);
                stored.Remove(before.Id);
                throw new RefusedException(hopeless.Message);
            }

            if (upload is { Question: null, Preview: null })
            {
                Import(user, upload);
                // Last: until its import is accepted, the end of the application must not lose it.
                stored.Remove(before.Id);
            }
            else if (upload.Id != before.Id)
            {
                Keep(upload);
                stored.Remove(before.Id);
            }
            else
            {
                stored.Change(upload.Id, _ => StoredUpload.Of(upload));
                _uploads[upload.Id] = upload;
            }
        }
        catch when (File.Exists(before.File))
        {
            // Nothing has taken it over, so that it can be chosen again.
            _uploads[before.Id] = before;
            throw;
        }
    }

    private void Keep(PendingUpload upload)
    {
        stored.Add(StoredUpload.Of(upload));
        _uploads[upload.Id] = upload;
    }

    private DatasetImport Import(ClaimsPrincipal user, PendingUpload upload) =>
        imports.StartZip(
            user,
            upload.ProjectId,
            upload.Name,
            upload.File,
            upload.Preview?.Options ?? upload.Options ?? Recognised(upload),
            upload.Encodings
        );

    /// <summary>What the names of an upload say; class folders where they cannot be read, which the import then explains.</summary>
    private ImportOptions Recognised(PendingUpload upload)
    {
        try
        {
            using ZipImages zip = Open(upload);
            return new ImportOptions(LayoutDetection.Of(zip.Names));
        }
        catch (ImportException)
        {
            return new ImportOptions();
        }
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

    private ZipImages Open(PendingUpload upload) => new(upload.File, ZipLimits.Of(options.Value), upload.Encodings.Names);

    /// <summary>The upload with its question, or with its preview where one is wanted; with neither where its import can begin, or will
    /// fail for a reason of its own.</summary>
    private PendingUpload Look(PendingUpload upload)
    {
        (UnknownEncodingException? question, ImportPreview? preview) = (null, null);
        ImportLayout? layout = upload.Options?.Layout;
        try
        {
            using ZipImages zip = Open(upload);
            layout ??= LayoutDetection.Of(zip.Names);
            LabelTable.In(zip.Names, zip.Read, ImportLayout.Table, [], upload.Encodings.Table);
        }
        catch (UnknownEncodingException e)
        {
            question = e.IsTable && e.Previews.Count == 0 && layout != ImportLayout.Table ? null : e;
        }
        catch (ImportException)
        {
            // Where it matters, the preview or the import says so.
        }

        if (question is null && upload.IsPreviewed)
            preview = PreviewOf(upload);
        return upload with { Question = question, Preview = preview };
    }

    private ImportPreview? PreviewOf(PendingUpload upload)
    {
        try
        {
            using ZipImages zip = Open(upload);
            ImportOptions read = upload.Options ?? new ImportOptions(LayoutDetection.Of(zip.Names));
            return ImportPreview.Of(zip, read with { TableEncoding = upload.Encodings.Table });
        }
        catch (ImportException)
        {
            // It is no zip, which the import says.
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

using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>A data set, as the API gives it.</summary>
internal sealed record DatasetResponse(
    string Id,
    string ProjectId,
    string Name,
    DateTimeOffset CreatedAt,
    IReadOnlyList<DatasetVersionResponse> Versions
)
{
    public static DatasetResponse Of(Dataset dataset) =>
        new(dataset.Id, dataset.ProjectId, dataset.Name, dataset.CreatedAt, [.. dataset.Versions.Select(DatasetVersionResponse.Of)]);
}

/// <param name="Number">Of the version, from 1.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="SplitOrigin">Who made the split, in words.</param>
/// <param name="Images">All of them.</param>
/// <param name="Classes">Labelled images by class.</param>
/// <param name="Unlabelled">Images without a label.</param>
/// <param name="Tags">Images by tag.</param>
/// <param name="Bytes">Size of all image files.</param>
/// <param name="Rejected">Number of skipped files of the import; <c>versions/{number}/skipped-files</c> lists them with reasons.</param>
/// <param name="Warnings">What about the version can spoil a run, in sentences.</param>
/// <param name="Notes">What the import did with names, in sentences.</param>
/// <param name="Kind">How many classes an image has.</param>
/// <param name="Excluded">Images that the working copy had and this version leaves out.</param>
/// <param name="Hash">Hash of what the version says; null in versions of before.</param>
/// <param name="AuthorId">The account that imported or published it; null in versions of before.</param>
/// <param name="Note">What the author says about it.</param>
internal sealed record DatasetVersionResponse(
    int Number,
    DateTimeOffset CreatedAt,
    string SplitOrigin,
    int Images,
    IReadOnlyList<ClassCountResponse> Classes,
    int Unlabelled,
    IReadOnlyList<TagCountResponse> Tags,
    long Bytes,
    int Rejected,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Notes,
    LabelKind Kind,
    int Excluded,
    string? Hash,
    string? AuthorId,
    string Note
)
{
    public static DatasetVersionResponse Of(DatasetVersion version) =>
        new(
            version.Number,
            version.CreatedAt,
            version.SplitOrigin,
            version.Images,
            [.. version.Classes.Select(c => new ClassCountResponse(c.Label, c.Train, c.Validation, c.Test))],
            version.Unlabelled,
            [.. (version.Tags ?? []).Select(t => new TagCountResponse(t.Name, t.Value, t.Images))],
            version.Bytes,
            version.Rejected,
            [.. version.Warnings.Select(w => w.English)],
            [.. version.Notes.Select(n => n.English)],
            version.Kind,
            version.Excluded,
            version.Hash,
            version.AuthorId,
            version.Note
        );
}

/// <summary>A file of an import that is not used.</summary>
/// <param name="Name">Its name in the upload.</param>
/// <param name="Reason">Why it was skipped, in an English sentence.</param>
/// <param name="ReasonCode">Code of the reason, such as <c>skipped.duplicate</c>; null where it has none.</param>
internal sealed record SkippedFileResponse(string Name, string Reason, string? ReasonCode);

/// <summary>Images of a class by split.</summary>
internal sealed record ClassCountResponse(string Label, int Train, int Validation, int Test);

/// <summary>Images with a tag.</summary>
internal sealed record TagCountResponse(string Name, string Value, int Images);

/// <summary>An accepted upload: the import that has begun, or the question to answer before it can begin.</summary>
/// <param name="ImportId">The import; null while there is a question.</param>
/// <param name="DatasetId">The data set that the import creates; null while there is a question.</param>
/// <param name="UploadId">The upload that waits for an answer; null where the import has begun.</param>
/// <param name="Message">The question, such as which encoding the file names are in.</param>
internal sealed record UploadResponse(string? ImportId, string? DatasetId, string? UploadId, string? Message);

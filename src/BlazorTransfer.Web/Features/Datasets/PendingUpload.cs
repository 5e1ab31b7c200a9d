using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>An upload that waits for its user: for an encoding, or for a look at what was recognised.</summary>
/// <param name="Id">Of the upload.</param>
/// <param name="ProjectId">Where it is imported.</param>
/// <param name="Name">Name of the data set.</param>
/// <param name="File">The received zip.</param>
/// <param name="Options">How it is read; null where the layout is to be recognised.</param>
/// <param name="Encodings">Chosen so far.</param>
/// <param name="AddedAt">When it was received.</param>
public sealed record PendingUpload(
    string Id,
    string ProjectId,
    string Name,
    string File,
    ImportOptions? Options,
    ImportEncodings Encodings,
    DateTimeOffset AddedAt
)
{
    /// <summary>The text that is not UTF-8, as it reads in each encoding; null where it is known.</summary>
    public UnknownEncodingException? Question { get; init; }

    /// <summary>What was recognised; null without a request for one, or while an encoding must be chosen.</summary>
    public ImportPreview? Preview { get; init; }

    /// <summary>Whether the user wants to see what was recognised.</summary>
    public bool IsPreviewed { get; init; }
}

/// <summary>A pending upload as it is stored; its question and preview follow from the file.</summary>
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
    public BoxUse Boxes { get; init; }
    public double Margin { get; init; }
    public bool SkipsSeveralFrames { get; init; }

    /// <summary>Whether the layout is to be recognised.</summary>
    public bool IsRecognised { get; init; }
    public bool IsPreviewed { get; init; }
    public required DateTimeOffset AddedAt { get; init; }

    public static StoredUpload Of(PendingUpload upload)
    {
        ImportOptions options = upload.Options ?? new ImportOptions();
        return new StoredUpload
        {
            Id = upload.Id,
            ProjectId = upload.ProjectId,
            Name = upload.Name,
            File = Path.GetFileName(upload.File),
            Layout = options.Layout,
            NameEncoding = upload.Encodings.Names?.Name,
            TableEncoding = upload.Encodings.Table?.Name,
            Boxes = options.Boxes,
            Margin = options.Margin,
            SkipsSeveralFrames = options.SkipsSeveralFrames,
            IsRecognised = upload.Options is null,
            IsPreviewed = upload.IsPreviewed,
            AddedAt = upload.AddedAt,
        };
    }

    /// <param name="folder">The folder of uploads.</param>
    public PendingUpload Waiting(string folder) =>
        new(
            Id,
            ProjectId,
            Name,
            Path.Combine(folder, File),
            IsRecognised ? null : new ImportOptions(Layout, Boxes, Margin, SkipsSeveralFrames),
            ImportEncodings.Parse(NameEncoding, TableEncoding),
            AddedAt
        )
        {
            IsPreviewed = IsPreviewed,
        };
}

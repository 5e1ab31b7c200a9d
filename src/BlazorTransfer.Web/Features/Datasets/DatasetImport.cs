using System.Text.Json;
using System.Text.Json.Serialization;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Jobs;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>What an import is given.</summary>
/// <param name="DatasetId">The data set that it makes; chosen before, so that an import that is started again makes the same one.</param>
/// <param name="Name">The data set's name.</param>
/// <param name="Layout">Where the classes are.</param>
/// <param name="IsSample">The sample data set is drawn; otherwise the job's folder holds the uploaded zip.</param>
/// <param name="NameEncoding">Name of the encoding of names that are not UTF-8; null where none was chosen.</param>
/// <param name="TableEncoding">Name of the encoding of a table that is not UTF-8; null where none was chosen.</param>
/// <param name="Boxes">What becomes of boxes.</param>
/// <param name="Margin">Of boxes that are cut out; see <see cref="ImportOptions"/>.</param>
/// <param name="SkipsSeveralFrames">Whether files with several pages or frames are skipped.</param>
internal sealed record ImportInput(
    string DatasetId,
    string Name,
    ImportLayout Layout,
    bool IsSample,
    string? NameEncoding = null,
    string? TableEncoding = null,
    BoxUse Boxes = BoxUse.MultiLabel,
    double Margin = 0,
    bool SkipsSeveralFrames = false
)
{
    public static ImportInput Of(string datasetId, string name, ImportOptions options, ImportEncodings encodings) =>
        new(
            datasetId,
            name,
            options.Layout,
            IsSample: false,
            encodings.Names?.Name,
            encodings.Table?.Name,
            options.Boxes,
            options.Margin,
            options.SkipsSeveralFrames
        );

    /// <summary>How the files are read.</summary>
    /// <exception cref="ImportException">This version does not know the encoding.</exception>
    [JsonIgnore]
    public ImportOptions Options => new(Layout, Boxes, Margin, SkipsSeveralFrames, Encodings.Table);

    /// <exception cref="ImportException">This version does not know the encoding.</exception>
    [JsonIgnore]
    public ImportEncodings Encodings =>
        new(NameEncoding is { } names ? TextEncoding.Find(names) : null, TableEncoding is { } table ? TextEncoding.Find(table) : null);
}

/// <summary>What an import made.</summary>
internal sealed record ImportOutcome(string DatasetId, int Images, int Rejected);

/// <summary>An import as pages show it.</summary>
internal sealed record DatasetImport
{
    public required string Id { get; init; }
    public required string ProjectId { get; init; }

    /// <summary>The data set that it makes.</summary>
    public required string DatasetId { get; init; }
    public required string Name { get; init; }
    public required bool IsSample { get; init; }
    public required JobState State { get; init; }
    public JobProgress? Progress { get; init; }

    /// <summary>Why it failed, in words.</summary>
    public Message? Error { get; init; }

    public static DatasetImport Of(BackgroundJob job)
    {
        ImportInput input = job.Input.Deserialize<ImportInput>(ProtocolJson.Line)!;
        return new DatasetImport
        {
            Id = job.Id,
            ProjectId = job.ProjectId,
            DatasetId = input.DatasetId,
            Name = input.Name,
            IsSample = input.IsSample,
            State = job.State,
            Progress = job.Progress,
            Error = job.Error,
        };
    }
}

/// <summary>How far an import is.</summary>
internal sealed record ImportProgress(int Done, int Total, int Rejected);

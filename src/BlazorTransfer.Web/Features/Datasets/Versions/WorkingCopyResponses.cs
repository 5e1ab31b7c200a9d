using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;

namespace BlazorTransfer.Web.Features.Datasets.Versions;

/// <summary>The working copy of a data set.</summary>
/// <param name="BaseVersion">The version that it began with.</param>
/// <param name="LastChange">Number of the last change.</param>
/// <param name="Kind">How many classes an image has.</param>
/// <param name="Classes">Images by class, without excluded ones, in the order of the classes.</param>
/// <param name="Unlabelled">Images without a label.</param>
/// <param name="Train">Images for training.</param>
/// <param name="Validation">Images for validation.</param>
/// <param name="Test">Images for the test.</param>
/// <param name="Excluded">Excluded images.</param>
/// <param name="Summary">How much differs from the version.</param>
/// <param name="NextUndo">What an undo of this user takes back; null for nothing.</param>
/// <param name="NextRedo">What a redo of this user takes back; null for nothing.</param>
internal sealed record WorkingCopyResponse(
    int BaseVersion,
    int LastChange,
    LabelKind Kind,
    IReadOnlyList<ClassCountResponse> Classes,
    int Unlabelled,
    int Train,
    int Validation,
    int Test,
    int Excluded,
    ChangeSummaryResponse Summary,
    int? NextUndo,
    int? NextRedo
)
{
    public static WorkingCopyResponse Of(WorkingCopy copy, int baseVersion, string userId)
    {
        SampleCounts counts = copy.Counts;
        return new WorkingCopyResponse(
            baseVersion,
            copy.LastChange,
            copy.Kind,
            [.. counts.Classes.Select(c => new ClassCountResponse(c.Label, c.Train, c.Validation, c.Test))],
            counts.Unlabelled,
            counts.BySplit.Train,
            counts.BySplit.Validation,
            counts.BySplit.Test,
            counts.Excluded,
            ChangeSummaryResponse.Of(copy.Summary),
            copy.NextUndo(userId),
            copy.NextRedo(userId)
        );
    }
}

/// <inheritdoc cref="ChangeSummary"/>
internal sealed record ChangeSummaryResponse(
    int Relabelled,
    int Moved,
    int Tagged,
    int Excluded,
    int Included,
    int Added,
    int Removed,
    int Classes
)
{
    public static ChangeSummaryResponse Of(ChangeSummary s) =>
        new(s.Relabelled, s.Moved, s.Tagged, s.Excluded, s.Included, s.Added, s.Removed, s.Classes);
}

/// <summary>A sample.</summary>
/// <param name="Key">Its identity in the data set, which changes name.</param>
/// <param name="Sha256">Hash of the image, which its address has.</param>
/// <param name="Region">Left, top, width and height of the part that is meant, in pixels; null for the whole image.</param>
/// <param name="Name">The file's name at its import.</param>
/// <param name="Labels">Its classes; null without a label.</param>
/// <param name="Split">Its split.</param>
/// <param name="Tags">Its tags.</param>
/// <param name="Width">Width of the image in pixels.</param>
/// <param name="Height">Height of the image in pixels.</param>
internal sealed record SampleResponse(
    string Key,
    string Sha256,
    IReadOnlyList<int>? Region,
    string Name,
    IReadOnlyList<string>? Labels,
    Split Split,
    IReadOnlyDictionary<string, string> Tags,
    int Width,
    int Height
)
{
    public static SampleResponse Of(Sample s) =>
        new(
            s.Key,
            s.Sha256,
            s.Region is { } r ? [r.Left, r.Top, r.Width, r.Height] : null,
            s.Name,
            s.Labels ?? (s.Label is null ? null : [s.Label]),
            s.Split,
            s.Tags,
            s.Width,
            s.Height
        );
}

/// <inheritdoc cref="SampleEntry"/>
internal sealed record SampleEntryResponse(SampleResponse Sample, bool IsExcluded, bool IsChanged);

/// <inheritdoc cref="SamplePage"/>
internal sealed record SamplePageResponse(int Total, IReadOnlyList<SampleEntryResponse> Samples)
{
    public static SamplePageResponse Of(SamplePage page) =>
        new(page.Total, [.. page.Entries.Select(e => new SampleEntryResponse(SampleResponse.Of(e.Sample), e.IsExcluded, e.IsChanged))]);
}

/// <summary>A change.</summary>
/// <param name="Number">Its number, which an undo names.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="Time">When it was made.</param>
/// <param name="Type">What was changed, as in a request; <c>undo</c> for one that takes another one back, and <c>add</c> for added
/// images.</param>
/// <param name="Images">How many images it names.</param>
/// <param name="IsTakenBack">It was undone.</param>
/// <param name="Labels">Classes that the images were given.</param>
/// <param name="Edit">What became of the labels they had.</param>
/// <param name="Split">The split they were moved to.</param>
/// <param name="Name">Name of the class or tag.</param>
/// <param name="NewName">New name of the class.</param>
/// <param name="Value">Value of the tag.</param>
/// <param name="Version">The version that the working copy went back to.</param>
/// <param name="Taken">Number of the change that was taken back.</param>
internal sealed record DatasetChangeResponse(
    int Number,
    string UserId,
    DateTimeOffset Time,
    string Type,
    int Images,
    bool IsTakenBack,
    IReadOnlyList<string>? Labels = null,
    LabelEdit? Edit = null,
    Split? Split = null,
    string? Name = null,
    string? NewName = null,
    string? Value = null,
    int? Version = null,
    int? Taken = null
)
{
    public static DatasetChangeResponse Of(ChangeEntry entry)
    {
        DatasetChange change = entry.Change;
        DatasetChangeResponse Typed(string type) => new(change.Number, change.UserId, change.Time, type, entry.Images, entry.IsTakenBack);
        return change switch
        {
            SamplesLabelled c => Typed("label") with { Labels = c.Labels, Edit = c.Edit },
            SamplesMoved c => Typed("split") with { Split = c.Split },
            SamplesTagged c => Typed("tag") with { Name = c.Name, Value = c.Value },
            SamplesExcluded c => Typed(c.IsExcluded ? "exclude" : "include"),
            SamplesRemoved => Typed("remove"),
            SamplesAdded => Typed("add"),
            ClassAdded c => Typed("class-add") with { Name = c.Name },
            ClassRenamed c => Typed("class-rename") with { Name = c.Name, NewName = c.NewName },
            ClassRemoved c => Typed("class-remove") with { Name = c.Name },
            VersionRestored c => Typed("restore") with { Version = c.Version },
            ChangeTakenBack c => Typed("undo") with { Taken = c.Taken },
            _ => throw new ArgumentOutOfRangeException(nameof(entry), change, null),
        };
    }
}

/// <summary>A change that was made.</summary>
/// <param name="Number">Its number, which an undo names.</param>
internal sealed record ChangeMadeResponse(int Number);

/// <summary>A change of one sample.</summary>
/// <param name="Version">The version that it was made after.</param>
/// <param name="Change">The change.</param>
internal sealed record SampleChangeResponse(int Version, DatasetChangeResponse Change);

/// <summary>A version that is being published.</summary>
/// <param name="JobId">The background job.</param>
internal sealed record PublishResponse(string JobId);

/// <inheritdoc cref="SampleDifference"/>
internal sealed record SampleDifferenceResponse(SampleResponse? Before, SampleResponse? After);

/// <summary>Differences of two versions.</summary>
/// <param name="Added">Images that only the second one has.</param>
/// <param name="Removed">Images that only the first one has.</param>
/// <param name="Relabelled">Images with other labels.</param>
/// <param name="Moved">Images in another split.</param>
/// <param name="Tagged">Images with other tags.</param>
/// <param name="Total">Differences of the kind that was asked for.</param>
/// <param name="Differences">A page of them.</param>
internal sealed record VersionDifferencesResponse(
    int Added,
    int Removed,
    int Relabelled,
    int Moved,
    int Tagged,
    int Total,
    IReadOnlyList<SampleDifferenceResponse> Differences
)
{
    public static VersionDifferencesResponse Of(WorkingCopy comparison, DifferenceKind kind, int offset, int count)
    {
        IReadOnlyDictionary<DifferenceKind, int> counts = comparison.DifferenceCounts();
        DifferencePage page = comparison.Differences(kind, offset, count);
        return new VersionDifferencesResponse(
            counts[DifferenceKind.Added],
            counts[DifferenceKind.Removed],
            counts[DifferenceKind.Relabelled],
            counts[DifferenceKind.Moved],
            counts[DifferenceKind.Tagged],
            page.Total,
            [
                .. page.Differences.Select(d => new SampleDifferenceResponse(
                    d.Before is null ? null : SampleResponse.Of(d.Before),
                    d.After is null ? null : SampleResponse.Of(d.After)
                )),
            ]
        );
    }
}

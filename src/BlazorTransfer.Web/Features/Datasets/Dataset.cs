using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>An immutable state of a data set; its samples are in a manifest file.</summary>
public sealed record DatasetVersion
{
    public required int Number { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who made the split, in words.</summary>
    public required Message SplitOrigin { get; init; }
    public required IReadOnlyList<ClassCount> Classes { get; init; }

    /// <summary>How many of the classes an image has.</summary>
    public LabelKind Kind { get; init; }

    /// <summary>Images without a label, all of them for training.</summary>
    public int Unlabelled { get; init; }

    /// <summary>What divides the images beside their classes; null where it was not counted, as in versions of before. See
    /// <see cref="DatasetService.TagsOf"/>.</summary>
    public IReadOnlyList<TagCount>? Tags { get; init; }

    /// <summary>Size of all image files.</summary>
    public required long Bytes { get; init; }
    public required int Rejected { get; init; }

    /// <summary>What the import did with names that is worth knowing, in sentences.</summary>
    public IReadOnlyList<Message> Notes { get; init; } = [];

    /// <summary>All images by split; null in versions of before, in which an image has one class at most.</summary>
    public SplitCount? Splits { get; init; }

    /// <summary>Images that the working copy had and this version leaves out.</summary>
    public int Excluded { get; init; }

    /// <summary>The <see cref="VersionHash"/>; null in versions of before.</summary>
    public string? Hash { get; init; }

    /// <summary>The account that imported or published it; null in versions of before.</summary>
    public string? AuthorId { get; init; }

    /// <summary>What the author says about it; may be empty.</summary>
    public string Note { get; init; } = "";

    /// <summary>The job that published it; null for an imported one.</summary>
    public string? JobId { get; init; }
    public int Images => Splits?.Total ?? Classes.Sum(c => c.Total) + Unlabelled;

    /// <summary>Whether something can be learned from it.</summary>
    public bool HasLabels => Classes.Count(c => c.Total > 0) >= (Kind == LabelKind.SingleLabel ? 2 : 1);

    /// <summary>Whether networks can be ranked on it, which needs one class for each image.</summary>
    public bool CanRank => HasLabels && Kind == LabelKind.SingleLabel;

    /// <summary>What about the version can spoil a run, in sentences.</summary>
    public IReadOnlyList<Message> Warnings => DatasetWarnings.Of(Classes);

    /// <summary>Images of a split.</summary>
    public int Of(Split split) =>
        Splits?.Of(split)
        ?? split switch
        {
            Split.Train => Classes.Sum(c => c.Train) + Unlabelled,
            Split.Validation => Classes.Sum(c => c.Validation),
            Split.Test => Classes.Sum(c => c.Test),
            _ => throw new ArgumentOutOfRangeException(nameof(split), split, null),
        };

    public static DatasetVersion From(int number, ImportResult import, long bytes, DateTimeOffset now) =>
        new()
        {
            Number = number,
            CreatedAt = now,
            SplitOrigin = import.SplitOrigin,
            Classes = ClassCount.Of(import.Manifest),
            Unlabelled = import.Manifest.Samples.Count(s => !s.IsLabelled),
            Kind = import.Manifest.Kind,
            Splits = SplitCount.Of(import.Manifest.Samples),
            Hash = VersionHash.Of(import.Manifest),
            Tags = TagCount.Of(import.Manifest.Samples),
            Bytes = bytes,
            Rejected = import.Rejected.Count,
            Notes = import.Notes,
        };
}

/// <summary>Images of a project, in versions: labelled ones to learn from, or others to adapt to.</summary>
public sealed record Dataset
{
    public const int LongestName = 80;

    public required string Id { get; init; }
    public required string ProjectId { get; init; }
    public required string Name { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required IReadOnlyList<DatasetVersion> Versions { get; init; }
    public DatasetVersion Latest => Versions[^1];

    /// <exception cref="RefusedException">A version has no labels.</exception>
    public void RequireLabels(int version)
    {
        if (Version(version) is { HasLabels: false })
            throw new RefusedException(Texts<DatasetTexts>.Get("NoLabelsRefused"));
    }

    public DatasetVersion? Version(int number) => Versions.FirstOrDefault(v => v.Number == number);

    public Dataset Rename(string name) => this with { Name = CheckName(name) };

    public static string CheckName(string name) => TypedName.Check(name, LongestName, NamedThing.Dataset);
}

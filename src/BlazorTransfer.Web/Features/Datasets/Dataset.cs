using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>Images of one class by split.</summary>
internal sealed record ClassCount(string Label, int Train, int Validation, int Test)
{
    public int Total => Train + Validation + Test;
}

/// <summary>An immutable state of a data set; its samples are in a manifest file.</summary>
internal sealed record DatasetVersion
{
    public required int Number { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who made the split, in words.</summary>
    public required string SplitOrigin { get; init; }
    public required IReadOnlyList<ClassCount> Classes { get; init; }

    /// <summary>Size of all image files.</summary>
    public required long Bytes { get; init; }
    public required int Rejected { get; init; }
    public int Images => Classes.Sum(c => c.Total);

    /// <summary>Images of a split.</summary>
    public int Of(Split split) => split switch
    {
        Split.Train => Classes.Sum(c => c.Train),
        Split.Validation => Classes.Sum(c => c.Validation),
        Split.Test => Classes.Sum(c => c.Test),
        _ => throw new ArgumentOutOfRangeException(nameof(split), split, null),
    };

    public static DatasetVersion From(int number, ImportResult import, long bytes, DateTimeOffset now) => new()
    {
        Number = number,
        CreatedAt = now,
        SplitOrigin = import.SplitOrigin,
        Classes = [.. import.Manifest.Classes.Select(label => Count(import.Manifest, label))],
        Bytes = bytes,
        Rejected = import.Rejected.Count,
    };

    private static ClassCount Count(DatasetManifest manifest, string label)
    {
        ILookup<Split, Sample> bySplit = manifest.Samples.Where(s => s.Label == label).ToLookup(s => s.Split);
        return new ClassCount(label, bySplit[Split.Train].Count(), bySplit[Split.Validation].Count(), bySplit[Split.Test].Count());
    }
}

/// <summary>Labelled images of a project, in versions.</summary>
internal sealed record Dataset
{
    public const int LongestName = 80;

    public required string Id { get; init; }
    public required string ProjectId { get; init; }
    public required string Name { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required IReadOnlyList<DatasetVersion> Versions { get; init; }
    public DatasetVersion Latest => Versions[^1];

    public DatasetVersion? Version(int number) => Versions.FirstOrDefault(v => v.Number == number);

    public Dataset Rename(string name) => this with { Name = CheckName(name) };

    public static string CheckName(string name) => name.Trim() is { Length: > 0 and <= LongestName } trimmed
        ? trimmed
        : throw new RefusedException($"A data set needs a name of 1 to {LongestName} characters.");
}

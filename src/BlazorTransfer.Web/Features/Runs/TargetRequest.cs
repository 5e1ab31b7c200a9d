using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>The target domain that is requested for a run.</summary>
public sealed record TargetRequest
{
    /// <summary>A data set of the project; it may be the run's own, divided by tags.</summary>
    public required string DatasetId { get; init; }
    public required int DatasetVersion { get; init; }

    /// <summary>Which of its images; null for all.</summary>
    public SampleTag? Only { get; init; }

    /// <summary>What a class of the target is called in the source, where the names differ; null leaves its images out of the
    /// score.</summary>
    public IReadOnlyDictionary<string, string?>? ClassNames { get; init; }

    /// <summary>Adapts to all of its images, and scores all that have labels.</summary>
    public bool Transductive { get; init; }

    /// <summary>Labelled images of each class that the method learns from, and that are not scored; 0 for a method that asks for
    /// none.</summary>
    public int LabelledPerClass { get; init; }

    /// <summary>
    /// Also trains on the source alone and, where some of its training images have labels, on the target itself: one experiment, which
    /// tells
    /// what the adaptation gained, and what there was to gain.
    /// </summary>
    public bool WithBaselines { get; init; }
}

/// <summary>What a run is in the comparison that it belongs to.</summary>
public enum AdaptationPart
{
    /// <summary>The method that was asked for.</summary>
    Method,

    /// <summary>The same learning on the source alone.</summary>
    SourceOnly,

    /// <summary>The same learning on labelled images of the target.</summary>
    Oracle,
}

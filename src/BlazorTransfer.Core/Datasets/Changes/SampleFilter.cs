namespace BlazorTransfer.Core.Datasets.Changes;

/// <summary>Conditions on samples of a working copy. A sample must meet all that are set; null asks for nothing.</summary>
public sealed record SampleFilter
{
    public static SampleFilter All { get; } = new();

    /// <summary>It has this class.</summary>
    public string? Class { get; init; }

    /// <summary>It has no label, or it has one.</summary>
    public bool? IsUnlabelled { get; init; }
    public Split? Split { get; init; }
    public SampleTag? Tag { get; init; }

    /// <summary>Its name contains this text, in upper or lower case.</summary>
    public string? NameContains { get; init; }
    public bool? IsExcluded { get; init; }

    /// <summary>It differs from the version that the working copy began with.</summary>
    public bool? IsChanged { get; init; }

    /// <summary>Its key is one of these: the results of another question, such as the images that a run predicts wrongly, those of low
    /// confidence, duplicates, or the findings of a check.</summary>
    public IReadOnlyCollection<string>? Keys { get; init; }
}

/// <summary>The order of samples; equal ones stay in the order of the data set.</summary>
public enum SampleOrder
{
    /// <summary>As they were imported.</summary>
    Imported,
    Name,
    NameDescending,

    /// <summary>By class in the order of the classes, unlabelled ones first.</summary>
    Class,
    Split,

    /// <summary>The one that was changed last comes first.</summary>
    LastChanged,
}

/// <summary>A sample as it is in the working copy.</summary>
/// <param name="Sample">With its current labels, split and tags.</param>
/// <param name="IsExcluded">It stays out of the next version.</param>
/// <param name="IsChanged">It differs from the version that the working copy began with.</param>
public sealed record SampleEntry(Sample Sample, bool IsExcluded, bool IsChanged);

/// <summary>Some of the samples that a filter finds.</summary>
/// <param name="Total">How many it finds.</param>
/// <param name="Entries">The page.</param>
public sealed record SamplePage(int Total, IReadOnlyList<SampleEntry> Entries);

/// <summary>A change, as a list shows it.</summary>
/// <param name="Change">The change, without its keys and samples.</param>
/// <param name="Images">How many images it names.</param>
/// <param name="IsTakenBack">It was undone.</param>
public sealed record ChangeEntry(DatasetChange Change, int Images, bool IsTakenBack);

/// <summary>How many images and classes of a working copy differ from the version it began with. An image may count several
/// times.</summary>
/// <param name="Relabelled">Images with other labels.</param>
/// <param name="Moved">Images in another split.</param>
/// <param name="Tagged">Images with other tags.</param>
/// <param name="Excluded">Images that were excluded.</param>
/// <param name="Included">Images that were included again.</param>
/// <param name="Added">Images that the version does not have.</param>
/// <param name="Removed">Images that were removed.</param>
/// <param name="Classes">Classes that were added, renamed or removed.</param>
public sealed record ChangeSummary(int Relabelled, int Moved, int Tagged, int Excluded, int Included, int Added, int Removed, int Classes)
{
    /// <summary>Whether there is nothing to publish.</summary>
    public bool IsEmpty => Relabelled + Moved + Tagged + Excluded + Included + Added + Removed + Classes == 0;
}

/// <summary>How many images with a tag a working copy has.</summary>
public sealed record TagValueCount(SampleTag Tag, int Images);

/// <summary>The images of a working copy, counted. All but <see cref="Excluded"/> are without the excluded ones.</summary>
/// <param name="Classes">By class, in the order of the classes. In a multi-label data set an image counts for each of its classes.</param>
/// <param name="Unlabelled">Images without a label.</param>
/// <param name="BySplit">All images.</param>
/// <param name="Excluded">Excluded images.</param>
/// <param name="Tags">By tag, in the order of names and values.</param>
public sealed record SampleCounts(
    IReadOnlyList<ClassCount> Classes,
    int Unlabelled,
    SplitCount BySplit,
    int Excluded,
    IReadOnlyList<TagValueCount> Tags
);

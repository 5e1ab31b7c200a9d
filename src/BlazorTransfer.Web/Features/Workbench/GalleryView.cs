using System.Globalization;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;

namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>A condition on images beside their class, split and tags.</summary>
public enum ImageState
{
    Unlabelled,
    Labelled,
    Changed,
    Excluded,
    Included,
}

/// <summary>What a gallery shows and how: all that its address holds.</summary>
public sealed record GalleryView
{
    public const int DefaultSize = 1;

    public string? Class { get; init; }
    public Split? Split { get; init; }
    public SampleTag? Tag { get; init; }
    public ImageState? State { get; init; }

    /// <summary>Part of a file name.</summary>
    public string? Name { get; init; }
    public SampleOrder Order { get; init; }

    /// <summary>Size of the thumbnails, see <see cref="ImageGrid.Sizes"/>.</summary>
    public int Size { get; init; } = DefaultSize;

    /// <summary>Key of the image that is shown in full; null for none.</summary>
    public string? Image { get; init; }

    /// <summary>The images come from a run's evaluation.</summary>
    public RunImages? Run { get; init; }

    public bool IsFiltered => Conditions > 0;

    /// <summary>How many filters are set.</summary>
    public int Conditions =>
        new object?[] { Class, Split, Tag, State, string.IsNullOrEmpty(Name) ? null : Name, Run }.Count(c => c is not null);

    public GalleryView WithoutFilters() => new() { Order = Order, Size = Size };

    /// <param name="keys">The images of <see cref="Run"/>.</param>
    public SampleFilter ToFilter(IReadOnlyCollection<string>? keys) =>
        new()
        {
            Class = Class,
            Split = Split,
            Tag = Tag,
            NameContains = string.IsNullOrEmpty(Name) ? null : Name,
            IsUnlabelled = State switch
            {
                ImageState.Unlabelled => true,
                ImageState.Labelled => false,
                _ => null,
            },
            IsExcluded = State switch
            {
                ImageState.Excluded => true,
                // An excluded image is not one that waits for a label.
                ImageState.Included or ImageState.Unlabelled => false,
                _ => null,
            },
            IsChanged = State == ImageState.Changed ? true : null,
            Keys = keys,
        };

    /// <summary>The parameters of the address; null takes one off.</summary>
    public Dictionary<string, object?> ToQuery() =>
        new()
        {
            ["class"] = Class,
            ["split"] = Split is { } split ? NameOf(split) : null,
            ["tag"] = Tag?.ToString(),
            ["state"] = State is { } state ? NameOf(state) : null,
            ["name"] = string.IsNullOrEmpty(Name) ? null : Name,
            ["sort"] = Order == default ? null : NameOf(Order),
            ["size"] = Size == DefaultSize ? null : Size,
            ["image"] = Image,
            ["run"] = Run?.RunId,
            ["evaluation"] = Run?.Evaluation.ToString(CultureInfo.InvariantCulture),
            ["true"] = Run?.Label,
            ["predicted"] = Run?.Predicted,
        };

    /// <summary>Reads an address. What it cannot mean is ignored, as a person may have typed it.</summary>
    public static GalleryView Parse(Func<string, string?> query) =>
        new()
        {
            Class = query("class"),
            Split = Read<Split>(query("split")),
            Tag = query("tag") is { } tag ? SampleTag.Parse(tag) : null,
            State = Read<ImageState>(query("state")),
            Name = query("name"),
            Order = Read<SampleOrder>(query("sort")) ?? default,
            Size = int.TryParse(query("size"), NumberStyles.None, CultureInfo.InvariantCulture, out int size)
                ? Math.Min(size, ImageGrid.Sizes - 1)
                : DefaultSize,
            Image = query("image"),
            Run =
                query("run") is { } run
                && long.TryParse(query("evaluation"), NumberStyles.None, CultureInfo.InvariantCulture, out long evaluation)
                    ? new RunImages(run, evaluation, query("true"), query("predicted"))
                    : null,
        };

    private static string NameOf<TValue>(TValue value)
        where TValue : struct, Enum => value.ToString().ToLowerInvariant();

    // By name only: a number would pass for a value, even one that does not exist.
    private static TValue? Read<TValue>(string? name)
        where TValue : struct, Enum
    {
        foreach (TValue value in Enum.GetValues<TValue>())
        {
            if (string.Equals(NameOf(value), name, StringComparison.Ordinal))
                return value;
        }

        return null;
    }
}

/// <summary>Images that a run predicted wrongly.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Evaluation">Sequence number of its evaluation.</param>
/// <param name="Label">The true class; null for any.</param>
/// <param name="Predicted">The predicted class; null for any.</param>
public sealed record RunImages(string RunId, long Evaluation, string? Label, string? Predicted);

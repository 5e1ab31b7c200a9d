using System.Text.Json.Serialization;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets;

/// <summary>The part of a data set that a sample serves.</summary>
public enum Split
{
    Train,
    Validation,
    Test,
}

/// <summary>
/// One image of a data set version, or a region of one. An unlabelled one (a target domain, or new images) has neither
/// <see cref="Label"/> nor <see cref="Labels"/>. <see cref="Tags"/> hold further facts about it, such as the domain it comes from
/// (<c>"lighting": "warm"</c>).
/// </summary>
public sealed record Sample
{
    /// <summary>Path of the image relative to the manifest's image root, with forward slashes.</summary>
    public required string File { get; init; }

    /// <summary>SHA-256 of the file's bytes, lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The part of the upright image that is meant, inside of it; null for all of it.</summary>
    public PixelArea? Region { get; init; }

    /// <summary>The sample's identity in a data set and across its versions: the image's hash, and the region where it has one.</summary>
    [JsonIgnore]
    public string Key => KeyOf(Sha256, Region);

    /// <summary>The name under which the user brought it, such as <c>train/ants/0013035.jpg</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The class, in a data set whose classes are of <see cref="LabelKind.SingleLabel"/>.</summary>
    public string? Label { get; init; }

    /// <summary>The classes, perhaps none of them, in a data set whose classes are of <see cref="LabelKind.MultiLabel"/>.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    [JsonIgnore]
    public bool IsLabelled => Label is not null || Labels is not null;
    public required Split Split { get; init; }

    /// <summary>Width after the EXIF orientation was applied, in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height after the EXIF orientation was applied, in pixels.</summary>
    public required int Height { get; init; }
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The <see cref="Key"/> of an image, or of a region of it.</summary>
    public static string KeyOf(string sha256, PixelArea? region) =>
        region is { } area ? FormattableString.Invariant($"{sha256}@{area.Left},{area.Top},{area.Width},{area.Height}") : sha256;

    /// <summary>Its classes; null for an unlabelled sample.</summary>
    public IReadOnlyList<string>? LabelsOf(LabelKind kind) =>
        kind switch
        {
            LabelKind.SingleLabel => Label is null ? null : [Label],
            LabelKind.MultiLabel => Labels,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
}

/// <summary>A fact about images that divides a data set, such as the domain they come from.</summary>
/// <param name="Name">What is told, such as <c>lighting</c>.</param>
/// <param name="Value">What is told of it, such as <c>warm</c>.</param>
public sealed record SampleTag(string Name, string Value)
{
    /// <summary>The tag that an import of domain folders gives.</summary>
    public const string DomainName = "domain";

    public bool Marks(Sample sample) => sample.Tags.TryGetValue(Name, out string? value) && value == Value;

    public override string ToString() => $"{Name}={Value}";

    /// <summary>Reads <c>lighting=warm</c>; null where it is no such thing.</summary>
    public static SampleTag? Parse(string text) =>
        text.Split('=', 2, StringSplitOptions.TrimEntries) is [{ Length: > 0 } name, { Length: > 0 } value]
            ? new SampleTag(name, value)
            : null;
}

/// <summary>A file that did not become a sample, and why, in words for the user.</summary>
public sealed record RejectedFile(string Name, Message Reason);

using System.Text.Json.Serialization;

namespace BlazorTransfer.Core.Datasets.Changes;

/// <summary>
/// Something that a person changed in the working copy of a data set: one line of its file of changes. A line is never rewritten; whatever
/// is undone is taken back by another line (<see cref="ChangeTakenBack"/>). The hierarchy is closed. <see cref="Number"/> counts from 1
/// without gaps.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(SamplesLabelled), "label")]
[JsonDerivedType(typeof(SamplesMoved), "split")]
[JsonDerivedType(typeof(SamplesTagged), "tag")]
[JsonDerivedType(typeof(SamplesExcluded), "exclude")]
[JsonDerivedType(typeof(SamplesRemoved), "remove")]
[JsonDerivedType(typeof(SamplesAdded), "add")]
[JsonDerivedType(typeof(ClassAdded), "class-add")]
[JsonDerivedType(typeof(ClassRenamed), "class-rename")]
[JsonDerivedType(typeof(ClassRemoved), "class-remove")]
[JsonDerivedType(typeof(VersionRestored), "restore")]
[JsonDerivedType(typeof(ChangeTakenBack), "undo")]
public abstract record DatasetChange
{
    private protected DatasetChange() { }

    /// <summary>Set when it is written; 0 until then.</summary>
    [JsonPropertyOrder(-3)]
    public int Number { get; init; }

    /// <summary>The account of whoever made it; set when it is written.</summary>
    [JsonPropertyOrder(-2)]
    public string UserId { get; init; } = "";

    /// <summary>Set when it is written.</summary>
    [JsonPropertyOrder(-1)]
    public DateTimeOffset Time { get; init; }
}

/// <summary>A change of some samples.</summary>
/// <param name="Keys"><see cref="Sample.Key"/> of each.</param>
public abstract record SamplesChange(IReadOnlyList<string> Keys) : DatasetChange;

/// <summary>What becomes of the labels that an image has already.</summary>
public enum LabelEdit
{
    /// <summary>The new ones take their place.</summary>
    Replace,

    /// <summary>They stay, and the new ones are added. In a single-label data set the same as <see cref="Replace"/>.</summary>
    Add,

    /// <summary>Those that are named are taken off.</summary>
    Remove,
}

/// <summary>The classes of images.</summary>
/// <param name="Keys"><see cref="Sample.Key"/> of each.</param>
/// <param name="Labels">One class, or any number in a multi-label data set; null makes the images unlabelled.</param>
/// <param name="Edit">What becomes of the labels that they have.</param>
public sealed record SamplesLabelled(IReadOnlyList<string> Keys, IReadOnlyList<string>? Labels, LabelEdit Edit = LabelEdit.Replace)
    : SamplesChange(Keys);

/// <summary>Images were moved to a split.</summary>
public sealed record SamplesMoved(IReadOnlyList<string> Keys, Split Split) : SamplesChange(Keys);

/// <summary>A tag of images.</summary>
/// <param name="Keys"><see cref="Sample.Key"/> of each.</param>
/// <param name="Name">Name of the tag.</param>
/// <param name="Value">Its value; null takes it off.</param>
public sealed record SamplesTagged(IReadOnlyList<string> Keys, string Name, string? Value) : SamplesChange(Keys);

/// <summary>Images were excluded from the versions to come, or included again. Excluded ones stay in the working copy.</summary>
public sealed record SamplesExcluded(IReadOnlyList<string> Keys, bool IsExcluded = true) : SamplesChange(Keys);

/// <summary>Images were removed. Earlier versions keep them.</summary>
public sealed record SamplesRemoved(IReadOnlyList<string> Keys) : SamplesChange(Keys);

/// <summary>Images were added, whose files are stored already. One that is there keeps its file and gets the new labels.</summary>
public sealed record SamplesAdded(IReadOnlyList<Sample> Samples) : DatasetChange;

/// <summary>A class was added, without images.</summary>
public sealed record ClassAdded(string Name) : DatasetChange;

/// <summary>A class was renamed. If the new name is that of another class, the images of both are in that one.</summary>
public sealed record ClassRenamed(string Name, string NewName) : DatasetChange;

/// <summary>A class was removed: its images keep their other labels, or are unlabelled.</summary>
public sealed record ClassRemoved(string Name) : DatasetChange;

/// <summary>The working copy went back to a version.</summary>
public sealed record VersionRestored(int Version) : DatasetChange;

/// <summary>An earlier change was undone. A change that was undone is redone by taking this one back.</summary>
/// <param name="Taken">Number of the change.</param>
public sealed record ChangeTakenBack(int Taken) : DatasetChange;

using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Features.Datasets.Versions;

/// <summary>Conditions on samples, in the query of a request or in its body.</summary>
/// <param name="Class">A class.</param>
/// <param name="Unlabelled">Without a label, or with one.</param>
/// <param name="Split"><c>train</c>, <c>validation</c> or <c>test</c>.</param>
/// <param name="Tag">Such as <c>domain=photo</c>.</param>
/// <param name="Name">A part of the file's name.</param>
/// <param name="Excluded">Excluded ones, or the others.</param>
/// <param name="Changed">Changed ones, or the others.</param>
internal sealed record SampleFilterRequest(
    string? Class = null,
    bool? Unlabelled = null,
    string? Split = null,
    string? Tag = null,
    string? Name = null,
    bool? Excluded = null,
    bool? Changed = null
)
{
    public SampleFilter Read() =>
        new()
        {
            Class = Class,
            IsUnlabelled = Unlabelled,
            Split = Split is null ? null : NamedValue.Of<Split>(Split),
            Tag = Tag is null
                ? null
                : SampleTag.Parse(Tag)
                    ?? throw new RefusedException(
                        Message.Of("request.no-tag", $"'{Tag}' is no tag. Write name=value, such as domain=photo.")
                    ),
            NameContains = Name,
            IsExcluded = Excluded,
            IsChanged = Changed,
        };
}

/// <summary>A change of the working copy.</summary>
/// <param name="Type">One of <c>label</c>, <c>split</c>, <c>tag</c>, <c>exclude</c>, <c>include</c>, <c>remove</c>, <c>class-add</c>,
/// <c>class-rename</c>, <c>class-remove</c> and <c>restore</c>.</param>
/// <param name="Keys">Keys of the images; null where <paramref name="Matching"/> says which.</param>
/// <param name="Matching">The images that meet these conditions now.</param>
/// <param name="Labels">For <c>label</c>: the classes; null makes the images unlabelled.</param>
/// <param name="Edit">For <c>label</c> in a multi-label data set: <c>replace</c>, <c>add</c> or <c>remove</c>.</param>
/// <param name="Split">For <c>split</c>.</param>
/// <param name="Name">Name of the class, or of the tag.</param>
/// <param name="NewName">For <c>class-rename</c>.</param>
/// <param name="Value">For <c>tag</c>: its value; null takes it off.</param>
/// <param name="Version">For <c>restore</c>.</param>
internal sealed record DatasetChangeRequest(
    string Type = "",
    IReadOnlyList<string>? Keys = null,
    SampleFilterRequest? Matching = null,
    IReadOnlyList<string>? Labels = null,
    string? Edit = null,
    string? Split = null,
    string? Name = null,
    string? NewName = null,
    string? Value = null,
    int? Version = null
)
{
    public DatasetChange Read()
    {
        IReadOnlyList<string> keys = Keys ?? [];
        return Type switch
        {
            "label" => new SamplesLabelled(keys, Labels, Edit is null ? LabelEdit.Replace : NamedValue.Of<LabelEdit>(Edit)),
            "split" => new SamplesMoved(keys, NamedValue.Of<Split>(Required(Split, "split"))),
            "tag" => new SamplesTagged(keys, Required(Name, "name"), Value),
            "exclude" => new SamplesExcluded(keys),
            "include" => new SamplesExcluded(keys, IsExcluded: false),
            "remove" => new SamplesRemoved(keys),
            "class-add" => new ClassAdded(Required(Name, "name")),
            "class-rename" => new ClassRenamed(Required(Name, "name"), Required(NewName, "newName")),
            "class-remove" => new ClassRemoved(Required(Name, "name")),
            "restore" => new VersionRestored(Version ?? throw Missing("version")),
            _ => throw new RefusedException(Message.Of("request.no-change", $"'{Type}' is no kind of change.")),
        };
    }

    private static string Required(string? value, string name) => value ?? throw Missing(name);

    private static RefusedException Missing(string name) =>
        new(Message.Of("request.field-missing", $"The field '{name}' is missing in the request."));
}

/// <summary>What an undo takes back.</summary>
/// <param name="Number">Number of the change; null for the last one of the user.</param>
internal sealed record UndoRequest(int? Number = null);

/// <summary>What is said about a new version.</summary>
internal sealed record PublishRequest(string? Note = null);

/// <summary>Values that a request names.</summary>
internal static class NamedValue
{
    /// <summary>By name only: a number would pass for a value, even one that does not exist.</summary>
    public static TNamed Of<TNamed>(string text)
        where TNamed : struct, Enum
    {
        foreach (TNamed value in Enum.GetValues<TNamed>())
        {
            if (value.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        IEnumerable<string> known = Enum.GetNames<TNamed>().Select(name => $"{char.ToLowerInvariant(name[0])}{name[1..]}");
        throw new RefusedException(Message.Of("request.unknown-value", $"'{text}' is not known. Use one of: {known}."));
    }
}

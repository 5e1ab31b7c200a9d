using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;

namespace BlazorTransfer.Core.Datasets.Changes;

/// <summary>What can be changed now.</summary>
public sealed partial class WorkingCopy
{
    /// <summary>Why a change makes no sense now, in a sentence that says what to do; null where it does. A change that was accepted once
    /// stays applicable (see <see cref="ChangeFold"/>).</summary>
    public Message? WhyNot(DatasetChange change) =>
        change switch
        {
            SamplesChange { Keys.Count: 0 } => Message.Of("change.no-image", $"No image is selected. Select images first."),
            SamplesChange some when some.Keys.All(key => Find(key) is null) => Message.Of(
                "change.images-gone",
                $"The selected images are not in this data set any more. Reload the page and select images again."
            ),
            SamplesLabelled label => WhyNot(label),
            SamplesTagged tagged => WhyNot(tagged),
            SamplesMoved moved => Enum.IsDefined(moved.Split) ? null : Message.Of("change.no-split", $"There is no such split."),
            SamplesExcluded or SamplesRemoved => null,
            SamplesAdded { Samples.Count: 0 } => Message.Of("change.nothing-added", $"There are no images to add."),
            SamplesAdded added => added.Samples.All(s => Kind == LabelKind.MultiLabel ? s.Label is null : s.Labels is null)
                ? null
                : Message.Of(
                    "change.other-kind",
                    $"The images have labels of another kind: one has a single class for each image, the other any number. Import them "
                        + $"as a data set of their own."
                ),
            ClassAdded { Name: var name } => Classes.Contains(name)
                ? Message.Of("change.class-exists", $"There is a class '{name}' already.")
                : WhyNotName(name),
            ClassRenamed { Name: var name, NewName: var newName } => WhyNoClass(name)
                ?? (Classes.Contains(newName) ? null : WhyNotName(newName)),
            ClassRemoved { Name: var name } => WhyNoClass(name),
            VersionRestored => null,
            ChangeTakenBack { Taken: var taken } => IsInForce(taken)
                ? null
                : Message.Of("change.undone-already", $"That change was undone already. Reload the page to see the current state."),
            _ => throw new ArgumentOutOfRangeException(nameof(change), change, null),
        };

    private Message? WhyNot(SamplesLabelled change) =>
        change.Labels is null ? null
        : change.Labels.Select(WhyNoClass).FirstOrDefault(w => w is not null) is { } unknown ? unknown
        : change.Labels.Count == 0 && change.Edit != LabelEdit.Replace ? Message.Of("change.no-class-chosen", $"Choose a class.")
        : Kind == LabelKind.SingleLabel && change.Edit != LabelEdit.Remove && change.Labels.Count != 1
            ? Message.Of("change.one-class", $"An image of this data set has exactly one class. Choose one.")
        : null;

    private static Message? WhyNot(SamplesTagged change) =>
        LabelTable.IsReserved(change.Name)
            ? Message.Of(
                "change.reserved-tag",
                $"'{change.Name}' is no name for a tag, since a table of labels uses it. Choose another name."
            )
            : WhyNotName(change.Name) ?? (change.Value is { } value ? WhyNotName(value) : null);

    private Message? WhyNoClass(string name) =>
        Classes.Contains(name) ? null : Message.Of("change.no-class", $"There is no class '{name}'. Add the class first.");

    private static Message? WhyNotName(string name) =>
        name.Trim().Length == 0 ? Message.Of("change.no-name", $"Enter a name.")
        : name.Length > LabelTable.LongestLabel
            ? Message.Of("change.long-name", $"The name is longer than {LabelTable.LongestLabel} characters. Shorten it.")
        : !NameRule.IsPlain(name) || !NameRule.IsVisible(name)
            ? Message.Of("change.odd-name", $"The name has characters that cannot be shown. Type it again.")
        : null;
}

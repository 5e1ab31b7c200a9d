using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>Images, splits and changes in words, in the language of the page.</summary>
internal static class SampleWords
{
    /// <summary>The classes of an image, such as <c>cat, dog</c>.</summary>
    public static string Labels(Sample sample) =>
        sample switch
        {
            { Label: { } label } => label,
            { Labels.Count: 0 } => Text("NoClass"),
            { Labels: { } labels } => string.Join(Text("ListSeparator"), labels),
            _ => Text("Unlabelled"),
        };

    public static string Of(Split split) => Text($"Split.{split}");

    /// <summary>What a screen reader says of a thumbnail.</summary>
    public static string Describe(SampleEntry image) =>
        string.Join(
            Text("ListSeparator"),
            new[]
            {
                Labels(image.Sample),
                Of(image.Sample.Split),
                Path.GetFileName(image.Sample.Name),
                image.IsExcluded ? Text("Excluded") : "",
                image.IsChanged ? Text("Changed") : "",
            }.Where(part => part.Length > 0)
        );

    /// <summary>A change of a working copy, such as <c>12 images: class ants</c>.</summary>
    public static string Of(DatasetChange change, int images) =>
        change switch
        {
            SamplesLabelled { Labels: null } => Count("Change.Unlabelled", images),
            SamplesLabelled { Labels.Count: 0 } => Count("Change.NoClass", images),
            SamplesLabelled { Edit: LabelEdit.Add, Labels: { } labels } => Count("Change.LabelAdded", images, Join(labels)),
            SamplesLabelled { Edit: LabelEdit.Remove, Labels: { } labels } => Count("Change.LabelRemoved", images, Join(labels)),
            SamplesLabelled { Labels: { } labels } => Count("Change.Labelled", images, Join(labels)),
            SamplesMoved moved => Count("Change.Moved", images, Of(moved.Split)),
            SamplesTagged { Value: null } tagged => Count("Change.TagRemoved", images, tagged.Name),
            SamplesTagged tagged => Count("Change.Tagged", images, new SampleTag(tagged.Name, tagged.Value!).ToString()),
            SamplesExcluded { IsExcluded: true } => Count("Change.Excluded", images),
            SamplesExcluded => Count("Change.Included", images),
            SamplesRemoved => Count("Change.Removed", images),
            SamplesAdded => Count("Change.Added", images),
            ClassAdded added => Text("Change.ClassAdded", added.Name),
            ClassRenamed renamed => Text("Change.ClassRenamed", renamed.Name, renamed.NewName),
            ClassRemoved removed => Text("Change.ClassRemoved", removed.Name),
            VersionRestored restored => Text("Change.Restored", restored.Version),
            ChangeTakenBack back => Text("Change.TakenBack", back.Taken),
            _ => throw new ArgumentOutOfRangeException(nameof(change), change, null),
        };

    /// <summary>A change as the history of one image shows it, such as <c>Class ants</c>.</summary>
    public static string OfOne(DatasetChange change) =>
        change switch
        {
            SamplesLabelled { Labels: null } => Text("One.Unlabelled"),
            SamplesLabelled { Labels.Count: 0 } => Text("NoClass"),
            SamplesLabelled { Edit: LabelEdit.Add, Labels: { } labels } => Text("One.LabelAdded", Join(labels)),
            SamplesLabelled { Edit: LabelEdit.Remove, Labels: { } labels } => Text("One.LabelRemoved", Join(labels)),
            SamplesLabelled { Labels: { } labels } => Text("One.Labelled", Join(labels)),
            SamplesMoved moved => Text("One.Moved", Of(moved.Split)),
            SamplesTagged { Value: null } tagged => Text("One.TagRemoved", tagged.Name),
            SamplesTagged tagged => Text("One.Tagged", new SampleTag(tagged.Name, tagged.Value!).ToString()),
            SamplesExcluded { IsExcluded: true } => Text("One.Excluded"),
            SamplesExcluded => Text("One.Included"),
            SamplesRemoved => Text("One.Removed"),
            SamplesAdded => Text("One.Added"),
            // Changes of classes concern no single image, and read the same.
            _ => Of(change, 1),
        };

    /// <summary>What differs from the version that a working copy began with, such as <c>12 relabelled, 3 excluded</c>.</summary>
    public static string Of(ChangeSummary changes) =>
        string.Join(
            Text("ListSeparator"),
            new[]
            {
                Part("Summary.Relabelled", changes.Relabelled),
                Part("Summary.Moved", changes.Moved),
                Part("Summary.Tagged", changes.Tagged),
                Part("Summary.Excluded", changes.Excluded),
                Part("Summary.Included", changes.Included),
                Part("Summary.Added", changes.Added),
                Part("Summary.Removed", changes.Removed),
                changes.Classes == 0 ? "" : Count("Summary.Classes", changes.Classes),
            }.Where(part => part.Length > 0)
        );

    public static string Join(IEnumerable<string> names) => string.Join(Text("ListSeparator"), names);

    /// <summary>A text with a number of things.</summary>
    public static string Count(string key, long count, params object[] values) => Texts<WorkbenchTexts>.Count(key, count, values);

    private static string Part(string key, int count) => count == 0 ? "" : Text(key, count.ToString("N0", Languages.Current));

    private static string Text(string key, params object[] values) => Texts<WorkbenchTexts>.Get(key, values);
}

using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets;

/// <summary>Says whether a version can be published: nothing could be trained on one of which each run would be refused. A data set without
/// any label is no such version, since runs adapt to it and people label it.</summary>
public static class VersionReadiness
{
    /// <summary>Why not, in a sentence that says what to do; null where it can.</summary>
    /// <param name="classes">Images by class.</param>
    /// <param name="images">All images.</param>
    public static Message? WhyNot(IReadOnlyList<ClassCount> classes, int images)
    {
        ClassCount[] labelled = [.. classes.Where(c => c.Total > 0)];
        return images == 0 ? Message.Of("publish.no-image", $"The version would have no image. Include or add images first.")
            : labelled.Length == 0 ? null
            : labelled.Length == 1
                ? Message.Of(
                    "publish.one-class",
                    $"Only the class '{labelled[0].Label}' has images. A classifier needs at least two: label images of another class "
                        + $"first."
                )
            : labelled.All(c => c.Train == 0)
                ? Message.Of("publish.none-for-training", $"No labelled image is in the training split. Move images there first.")
            : labelled.All(c => c.Validation == 0)
                ? Message.Of("publish.none-for-validation", $"No labelled image is in the validation split. Move images there first.")
            : null;
    }
}

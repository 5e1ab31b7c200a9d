using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets;

/// <summary>What about a data set can spoil a run that is trained on it: the same sentences on each page and on the command line.</summary>
public static class DatasetWarnings
{
    /// <summary>Fewer validation images than this say little: one more that is right changes the accuracy by over 5 points.</summary>
    public const int FewestValidationImages = 20;

    private const int MostNames = 5;

    /// <param name="classes">The classes with their images; none for images without labels.</param>
    public static IReadOnlyList<Message> Of(IReadOnlyList<ClassCount> classes)
    {
        var warnings = new List<Message>();
        if (classes.Count == 0)
            return warnings;
        ClassCount[] untrained = [.. classes.Where(c => c.Train == 0)];
        if (untrained.Length > 0)
            warnings.Add(Untrained(untrained));
        ClassCount[] unvalidated = [.. classes.Where(c => c is { Validation: 0, Train: > 0 })];
        if (unvalidated.Length > 0)
            warnings.Add(Unvalidated(unvalidated));
        if (classes.Sum(c => c.Validation) is < FewestValidationImages and int validation)
            warnings.Add(
                validation == 1
                    ? Message.Of(
                        "warning.one-validation-image",
                        $"There is 1 validation image. With fewer than {FewestValidationImages}, the validation accuracy is mostly chance. "
                            + $"Add images, or use cross-validation."
                    )
                    : Message.Of(
                        "warning.few-validation-images",
                        $"There are {validation} validation images. With fewer than {FewestValidationImages}, the validation accuracy is "
                            + $"mostly chance. Add images, or use cross-validation."
                    )
            );
        warnings.AddRange(classes.GroupBy(c => LookAlike.Key(c.Label), StringComparer.Ordinal).Where(g => g.Count() > 1).Select(Alike));
        return warnings;
    }

    private static Message Alike(IEnumerable<ClassCount> classes)
    {
        string[] names = [.. classes.Select(c => c.Label)],
            shown = [.. names.Select(n => $"'{LookAlike.Shown(n)}'")];
        return names.Distinct(StringComparer.OrdinalIgnoreCase).Count() == 1
            ? Message.Of(
                "warning.differ-in-case",
                $"These classes differ only in upper and lower case: {shown}. If they are one class, give them one name and import the "
                    + $"images again."
            )
            : Message.Of(
                "warning.look-alike",
                $"These classes have names that look alike: {shown}. If they are one class, give them one name and import the images again."
            );
    }

    private static Message Untrained(ClassCount[] classes)
    {
        Message named =
            classes.Length == 1
                ? Message.Of(
                    "warning.class-untrained",
                    $"The class '{classes[0].Label}' has no training images, so it cannot be learned. Add training images, or remove "
                        + $"the class."
                )
            : classes.Length <= MostNames
                ? Message.Of(
                    "warning.classes-untrained",
                    $"These classes have no training images, so they cannot be learned: {Names(classes)}. Add training images, or remove "
                        + $"the classes."
                )
            : Message.Of(
                "warning.many-classes-untrained",
                $"{classes.Length} classes have no training images, so they cannot be learned, such as {Names(classes)}. Add training "
                    + $"images, or remove the classes."
            );
        int elsewhere = classes.Sum(c => c.Validation + c.Test);
        return elsewhere switch
        {
            0 => named,
            1 => Message.Join([named, Message.Of("warning.counts-as-mistake", $"Its validation or test image counts as a mistake.")]),
            _ => Message.Join([
                named,
                classes.Length == 1
                    ? Message.Of("warning.its-images-are-mistakes", $"Its {elsewhere} validation and test images count as mistakes.")
                    : Message.Of("warning.their-images-are-mistakes", $"Their {elsewhere} validation and test images count as mistakes."),
            ]),
        };
    }

    private static Message Unvalidated(ClassCount[] classes) =>
        classes.Length == 1
            ? Message.Of(
                "warning.class-unvalidated",
                $"The class '{classes[0].Label}' has no validation images, so the validation accuracy says nothing about it. Add "
                    + $"validation "
                    + $"images."
            )
        : classes.Length <= MostNames
            ? Message.Of(
                "warning.classes-unvalidated",
                $"These classes have no validation images, so the validation accuracy says nothing about them: {Names(classes)}. Add "
                    + $"validation images."
            )
        : Message.Of(
            "warning.many-classes-unvalidated",
            $"{classes.Length} classes have no validation images, such as {Names(classes)}, so the validation accuracy says nothing about "
                + $"them. Add validation images."
        );

    private static IEnumerable<string> Names(ClassCount[] classes) => classes.Take(MostNames).Select(c => $"'{c.Label}'");
}

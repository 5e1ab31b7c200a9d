namespace BlazorTransfer.Core.Datasets;

/// <summary>What about a data set can spoil a run that is trained on it: the same sentences on each page and on the command line.</summary>
public static class DatasetWarnings
{
    /// <summary>Fewer validation images than this say little: one more that is right changes the accuracy by over 5 points.</summary>
    public const int FewestValidationImages = 20;

    private const int MostNames = 5;

    /// <param name="classes">The classes with their images; none for images without labels.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<ClassCount> classes)
    {
        var warnings = new List<string>();
        if (classes.Count == 0)
            return warnings;
        ClassCount[] untrained = [.. classes.Where(c => c.Train == 0)];
        if (untrained.Length > 0)
            warnings.Add(
                $"{Named(untrained)} no training images, so {(untrained.Length == 1 ? "it" : "they")} cannot be learned. "
                    + $"{Elsewhere(untrained)}Add training images, or remove the class."
            );
        ClassCount[] unvalidated = [.. classes.Where(c => c is { Validation: 0, Train: > 0 })];
        if (unvalidated.Length > 0)
            warnings.Add(
                $"{Named(unvalidated)} no validation images, so the validation accuracy says nothing about "
                    + $"{(unvalidated.Length == 1 ? "it" : "them")}. Add validation images."
            );
        if (classes.Sum(c => c.Validation) is < FewestValidationImages and int validation)
            warnings.Add(
                $"There {(validation == 1 ? "is 1 validation image" : $"are {validation} validation images")}. "
                    + $"With fewer than {FewestValidationImages}, the validation accuracy is mostly chance. "
                    + "Add images, or use cross-validation."
            );
        warnings.AddRange(classes.GroupBy(c => LookAlike.Key(c.Label), StringComparer.Ordinal).Where(g => g.Count() > 1).Select(Alike));
        return warnings;
    }

    private static string Alike(IEnumerable<ClassCount> classes)
    {
        string[] names = [.. classes.Select(c => c.Label)];
        bool isCase = names.Distinct(StringComparer.OrdinalIgnoreCase).Count() == 1;
        return $"The classes {string.Join(" and ", names.Select(n => $"'{LookAlike.Shown(n)}'"))} "
            + (isCase ? "differ only in upper and lower case" : "look alike")
            + ". If they are one class, give them one name and import the images again.";
    }

    private static string Named(ClassCount[] classes)
    {
        string names = string.Join(", ", classes.Take(MostNames).Select(c => $"'{c.Label}'"));
        return classes.Length == 1 ? $"The class {names} has"
            : classes.Length <= MostNames ? $"The classes {names} have"
            : $"{classes.Length} classes, such as {names}, have";
    }

    private static string Elsewhere(ClassCount[] untrained)
    {
        int validation = untrained.Sum(c => c.Validation),
            test = untrained.Sum(c => c.Test);
        string[] counts =
        [
            .. new[] { (validation, "validation"), (test, "test") }.Where(c => c.Item1 > 0).Select(c => $"{c.Item1} {c.Item2}"),
        ];
        int total = validation + test;
        return total == 0
            ? ""
            : $"The {string.Join(" and ", counts)} {(total == 1 ? "image" : "images")} of "
                + $"{(untrained.Length == 1 ? "this class" : "these classes")} will count as {(total == 1 ? "a mistake" : "mistakes")}. ";
    }
}

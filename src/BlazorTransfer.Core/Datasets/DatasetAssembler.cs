namespace BlazorTransfer.Core.Datasets;

/// <summary>An import cannot become a data set; the message says what to change.</summary>
public sealed class ImportException(string message) : Exception(message);

/// <summary>An image that was stored and measured, and where its folders put it.</summary>
/// <param name="Place">Name, class and perhaps split.</param>
/// <param name="Image">File, hash and size; label and split are filled in here.</param>
/// <param name="Tags">Further facts, such as the domain; null where there are none.</param>
public sealed record ImportedImage(PlacedFile Place, StoredImage Image, IReadOnlyDictionary<string, string>? Tags = null);

/// <param name="File">Path relative to the image root.</param>
/// <param name="Sha256">Of the file's bytes, lower-case hex.</param>
/// <param name="Width">Upright width in pixels.</param>
/// <param name="Height">Upright height in pixels.</param>
public sealed record StoredImage(string File, string Sha256, int Width, int Height);

/// <summary>The data set that an import became.</summary>
/// <param name="Manifest">Its samples and classes.</param>
/// <param name="Rejected">What was left out, and why.</param>
/// <param name="SplitOrigin">In words: who made the split.</param>
public sealed record ImportResult(DatasetManifest Manifest, IReadOnlyList<RejectedFile> Rejected, string SplitOrigin);

/// <summary>Makes a data set of imported images: drops duplicates, completes the split, orders the classes by name.</summary>
public static class DatasetAssembler
{
    /// <exception cref="ImportException">Fewer than two classes, or no image for training or validation.</exception>
    public static ImportResult Assemble(IReadOnlyList<ImportedImage> images, IEnumerable<RejectedFile> rejectedBefore, SplitPlan plan)
    {
        var rejected = new List<RejectedFile>(rejectedBefore);
        List<ImportedImage> unique = WithoutDuplicates(images, rejected);
        string[] classes = [.. unique.Select(i => i.Place.Label).Distinct().Order(StringComparer.Ordinal)];
        if (classes.Length < 2)
        {
            throw new ImportException(classes.Length == 0
                ? "No usable image was found. Put each image into a folder named after its class, such as ants/1.jpg and bees/2.jpg."
                : $"Only one class was found ('{classes[0]}'). A classifier needs at least two: put the images of each class into a folder of its own.");
        }

        (IReadOnlyList<Sample> samples, string origin) = Complete(unique, plan);
        if (samples.All(s => s.Split != Split.Validation))
            throw new ImportException("Each class has a single image, so none is left for validation. Add more images.");
        if (samples.All(s => s.Split != Split.Train))
            throw new ImportException("No image is left for training. Add images to the train folder.");
        return new ImportResult(new DatasetManifest(classes, samples), rejected, origin);
    }

    private static List<ImportedImage> WithoutDuplicates(IReadOnlyList<ImportedImage> images, List<RejectedFile> rejected)
    {
        var first = new Dictionary<string, ImportedImage>(StringComparer.Ordinal);
        foreach (ImportedImage image in images)
        {
            if (first.TryAdd(image.Image.Sha256, image)) continue;
            PlacedFile kept = first[image.Image.Sha256].Place;
            rejected.Add(new RejectedFile(image.Place.Name, kept.Label == image.Place.Label
                ? $"It is the same image as {kept.Name}."
                : $"It is the same image as {kept.Name}, which has the class '{kept.Label}'. One of the two labels must be wrong."));
        }

        return [.. first.Values];
    }

    private static (IReadOnlyList<Sample> Samples, string Origin) Complete(List<ImportedImage> images, SplitPlan plan)
    {
        string percent = plan.Validation.ToString("P0", System.Globalization.CultureInfo.InvariantCulture);
        if (images.All(i => i.Place.Split is null))
            return (plan.Apply(images.Select(i => ToSample(i, Split.Train))), $"Drawn class by class: {percent} for validation, seed {plan.Seed}.");
        if (images.Any(i => i.Place.Split == Split.Validation))
            return ([.. images.Select(i => ToSample(i, i.Place.Split!.Value))], "As your folders give it.");
        // Train and test folders only: validation is drawn from training, and the test stays untouched.
        ILookup<bool, Sample> byTest = images.Select(i => ToSample(i, i.Place.Split!.Value)).ToLookup(s => s.Split == Split.Test);
        return ([.. (plan with { Test = 0 }).Apply(byTest[false]), .. byTest[true]],
            $"Test as your folders give it; {percent} of training drawn for validation, seed {plan.Seed}.");
    }

    private static Sample ToSample(ImportedImage image, Split split) => new()
    {
        File = image.Image.File,
        Sha256 = image.Image.Sha256,
        Name = image.Place.Name,
        Label = image.Place.Label,
        Split = split,
        Width = image.Image.Width,
        Height = image.Image.Height,
        Tags = image.Tags ?? new Dictionary<string, string>(),
    };
}

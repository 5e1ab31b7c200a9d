using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets;

/// <summary>An import cannot become a data set; the message says what to change.</summary>
public class ImportException(Message message) : Exception(message.English), IMessageException
{
    /// <inheritdoc cref="Messages.Message.Of(string, MessageText)" path="/param"/>
    public ImportException(string code, MessageText text)
        : this(Messages.Message.Of(code, text)) { }

    public Message Text { get; } = message;
}

/// <summary>An image that was stored and measured, and where its folders put it.</summary>
/// <param name="Place">Name, class and perhaps split.</param>
/// <param name="Image">File, hash and size; label and split are filled in here.</param>
/// <param name="Tags">Further facts beside the domain; null where there are none.</param>
public sealed record ImportedImage(PlacedFile Place, StoredImage Image, IReadOnlyDictionary<string, string>? Tags = null)
{
    /// <summary>The part of the image that is meant; null for all of it.</summary>
    public PixelArea? Region { get; init; }
}

/// <param name="File">Path relative to the image root.</param>
/// <param name="Sha256">Of the file's bytes, lower-case hex.</param>
/// <param name="Width">Upright width in pixels.</param>
/// <param name="Height">Upright height in pixels.</param>
public sealed record StoredImage(string File, string Sha256, int Width, int Height);

/// <summary>The data set that an import became.</summary>
/// <param name="Manifest">Its samples and classes.</param>
/// <param name="Rejected">What was left out, and why.</param>
/// <param name="SplitOrigin">In words: who made the split.</param>
/// <param name="Notes">What was done with names that is worth knowing, in sentences.</param>
public sealed record ImportResult(
    DatasetManifest Manifest,
    IReadOnlyList<RejectedFile> Rejected,
    Message SplitOrigin,
    IReadOnlyList<Message> Notes
);

/// <summary>Makes a data set of imported images: drops duplicates, completes the split, orders the classes by name.</summary>
public static class DatasetAssembler
{
    private const int MostNames = 5;

    /// <exception cref="ImportException">No usable image; or, unless all are for the test, fewer than two classes or domains, or none
    /// for training or validation.</exception>
    public static ImportResult Assemble(
        IReadOnlyList<ImportedImage> images,
        IEnumerable<RejectedFile> rejectedBefore,
        SplitPlan plan,
        ImportLayout layout = ImportLayout.Classes,
        IReadOnlyList<Message>? notes = null
    )
    {
        var rejected = new List<RejectedFile>(rejectedBefore);
        List<ImportedImage> unique = WithoutDuplicates(images, rejected);
        ImportException Refusal(string code, MessageText text) =>
            new(Message.JoinLines([Message.Of(code, text), .. notes ?? [], .. SkippedFiles.Summarise(rejected)]));
        if (unique.Count == 0)
            throw Refusal("import.no-image", $"No usable image was found. {Advice(layout)}");
        if (layout == ImportLayout.Unlabelled)
            return new ImportResult(
                new DatasetManifest([], [.. unique.Select(i => ToSample(i, Split.Train))]),
                rejected,
                Message.Of("split.none", $"None, as the images have no labels."),
                notes ?? []
            );
        string[] classes = [.. unique.SelectMany(i => i.Place.Labels ?? [i.Place.Label!]).Distinct().Order(StringComparer.Ordinal)];
        LabelKind kind = unique[0].Place.Labels is null ? LabelKind.SingleLabel : LabelKind.MultiLabel;
        if (plan == SplitPlan.TestOnly)
            return new ImportResult(
                new DatasetManifest(classes, [.. unique.Select(i => ToSample(i, Split.Test))]) { Kind = kind },
                rejected,
                Message.Of("split.test-only", $"All images are for the test."),
                notes ?? []
            );
        if (classes.Length == 0)
            throw Refusal("import.no-label", $"No image has a label. Import them as images without labels, or add labels.");
        if (classes.Length < 2 && (layout.HasBoxes() || layout == ImportLayout.Table))
            throw Refusal(
                "import.one-label",
                $"Only one class was found ('{classes[0]}'). A classifier needs at least two: add images that show another one."
            );
        if (classes.Length < 2)
            throw Refusal(
                "import.one-class",
                $"Only one class was found ('{classes[0]}'). A classifier needs at least two: put the images of each class into "
                    + $"a folder of its own."
            );
        if (layout == ImportLayout.Domains && unique.All(i => i.Place.Domain == unique[0].Place.Domain))
        {
            throw Refusal(
                "import.one-domain",
                $"Only one domain was found ('{unique[0].Place.Domain}'). Put at least two domain folders beside each other, "
                    + $"each with class folders inside, "
                    + $"or import it as plain class folders."
            );
        }

        (IReadOnlyList<Sample> samples, Message origin) = CompleteEachDomain(unique, plan, layout);
        if (samples.All(s => s.Split != Split.Validation))
            throw layout == ImportLayout.Domains
                ? Refusal(
                    "import.single-images-of-domains",
                    $"Each class has a single image in each domain, so none is left for validation. Add more images."
                )
                : Refusal("import.single-images", $"Each class has a single image, so none is left for validation. Add more images.");
        if (samples.All(s => s.Split != Split.Train))
            throw Refusal("import.none-for-training", $"No image is left for training. Add images to the train folder.");
        return new ImportResult(new DatasetManifest(classes, samples) { Kind = kind }, rejected, origin, notes ?? []);
    }

    private static Message Advice(ImportLayout layout) =>
        layout switch
        {
            ImportLayout.Classes => Message.Of(
                "import.advice-classes",
                $"Put each image into a folder named after its class, such as ants/1.jpg and bees/2.jpg."
            ),
            ImportLayout.Domains => Message.Of(
                "import.advice-domains",
                $"Put each image into a class folder inside a domain folder, such as photo/dog/1.jpg and sketch/dog/2.jpg."
            ),
            ImportLayout.Table => Message.Of(
                "import.advice-table",
                $"The table names files as they lie from its own folder, and has a column 'class' or 'labels'."
            ),
            ImportLayout.Coco or ImportLayout.Voc or ImportLayout.Yolo => Message.Of(
                "import.advice-annotations",
                $"The annotation files must name images that are part of the import."
            ),
            ImportLayout.Unlabelled => Message.Of("import.advice-formats", $"JPEG, PNG, WebP, BMP, GIF, TIFF, TGA and PNM files are read."),
            _ => throw new ArgumentOutOfRangeException(nameof(layout), layout, null),
        };

    private static List<ImportedImage> WithoutDuplicates(IReadOnlyList<ImportedImage> images, List<RejectedFile> rejected)
    {
        var first = new Dictionary<string, ImportedImage>(StringComparer.Ordinal);
        foreach (ImportedImage image in images)
        {
            string key = ToSample(image, Split.Train).Key;
            if (first.TryAdd(key, image))
                continue;
            PlacedFile kept = first[key].Place;
            rejected.Add(
                new RejectedFile(
                    image.Place.Name,
                    image.Region is not null && kept.Label == image.Place.Label
                            ? Message.Of("skipped.duplicate-box", $"A box of the class '{kept.Label}' is there twice.")
                        : image.Region is not null
                            ? Message.Of(
                                "skipped.duplicate-box-of-class",
                                $"One box has the classes '{kept.Label}' and '{image.Place.Label}'. '{kept.Label}' was taken."
                            )
                        : !(kept.Labels ?? []).SequenceEqual(image.Place.Labels ?? [])
                            ? Message.Of(
                                "skipped.duplicate-of-labels",
                                $"It is the same image as {kept.Name}, which has other labels. Those of {kept.Name} were taken."
                            )
                        : kept.Label == image.Place.Label ? Message.Of("skipped.duplicate", $"It is the same image as {kept.Name}.")
                        : Message.Of(
                            "skipped.duplicate-of-class",
                            $"It is the same image as {kept.Name}, which has the class '{kept.Label}'. One of the two labels must be wrong."
                        )
                )
            );
        }

        return [.. first.Values];
    }

    /// <summary>Each domain by itself, so that each has images for validation, whether or not others come with splits.</summary>
    private static (IReadOnlyList<Sample> Samples, Message Origin) CompleteEachDomain(
        List<ImportedImage> images,
        SplitPlan plan,
        ImportLayout layout
    )
    {
        (string? Domain, IReadOnlyList<Sample> Samples, Message Origin)[] domains =
        [
            .. images
                .GroupBy(i => i.Place.Domain, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g =>
                {
                    (IReadOnlyList<Sample> samples, Message origin) = Complete([.. g], plan, layout);
                    return (g.Key, samples, origin);
                }),
        ];
        var origins = domains.GroupBy(d => d.Origin, d => d.Domain ?? "").ToList();
        return (
            [.. domains.SelectMany(d => d.Samples)],
            origins.Count == 1
                ? origins[0].Key
                : Message.Join([.. origins.Select(o => Message.Of("split.of-domains", $"{Few(o)}: {o.Key}"))])
        );
    }

    private static IEnumerable<string> Few(IEnumerable<string> names) =>
        names.ToArray() is { Length: > MostNames } many ? [.. many.Take(MostNames), "…"] : names;

    private static (IReadOnlyList<Sample> Samples, Message Origin) Complete(List<ImportedImage> images, SplitPlan plan, ImportLayout layout)
    {
        if (images.All(i => i.Place.Split is null))
            return (
                RegionsTogether.Divide([.. images.Select(i => ToSample(i, Split.Train))], plan.Apply),
                images[0].Place.Domain is null
                    ? Message.Of("split.drawn", $"Drawn class by class: {plan.Validation:P0} for validation, seed {plan.Seed}.")
                    : Message.Of(
                        "split.drawn-in-domains",
                        $"Drawn class by class in each domain: {plan.Validation:P0} for validation, seed {plan.Seed}."
                    )
            );
        // Only a table can leave it open for some: these learn.
        if (images.Any(i => i.Place.Split == Split.Validation))
            return (
                [.. images.Select(i => ToSample(i, i.Place.Split ?? Split.Train))],
                layout.HasBoxes() ? Message.Of("split.as-annotations-give", $"As your files are named, or lists of them give it.")
                : layout == ImportLayout.Table ? Message.Of("split.as-table-gives", $"As your table gives it.")
                : Message.Of("split.as-folders-give", $"As your folders give it.")
            );
        // Train and test folders only: validation is drawn from training, and the test stays untouched.
        ILookup<bool, Sample> byTest = images.Select(i => ToSample(i, i.Place.Split ?? Split.Train)).ToLookup(s => s.Split == Split.Test);
        return (
            [.. RegionsTogether.Divide([.. byTest[false]], (plan with { Test = 0 }).Apply), .. byTest[true]],
            (byTest[true].Any(), layout == ImportLayout.Table) switch
            {
                (false, _) => Message.Of(
                    "split.no-test",
                    $"No test images; {plan.Validation:P0} of training drawn for validation, seed {plan.Seed}."
                ),
                (true, true) => Message.Of(
                    "split.test-as-table-gives",
                    $"Test as your table gives it; {plan.Validation:P0} of training drawn for validation, seed {plan.Seed}."
                ),
                (true, false) => Message.Of(
                    "split.test-as-folders-give",
                    $"Test as your folders give it; {plan.Validation:P0} of training drawn for validation, seed {plan.Seed}."
                ),
            }
        );
    }

    private static Sample ToSample(ImportedImage image, Split split) =>
        new()
        {
            File = image.Image.File,
            Sha256 = image.Image.Sha256,
            Name = image.Place.Name,
            Region = image.Region,
            Label = image.Place.Label,
            Labels = image.Place.Labels,
            Split = split,
            Width = image.Image.Width,
            Height = image.Image.Height,
            Tags = TagsOf(image),
        };

    private static Dictionary<string, string> TagsOf(ImportedImage image)
    {
        var tags = new Dictionary<string, string>(image.Tags ?? new Dictionary<string, string>());
        if (image.Place.Domain is { } domain)
            tags[SampleTag.DomainName] = domain;
        return tags;
    }
}

using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets.Annotations;

/// <summary>Makes labels or regions of the boxes on images, once the images' sizes are known.</summary>
internal sealed class BoxReading(ImportOptions options)
{
    private const int MostNames = 5;
    private int _cut;

    /// <param name="images">The images; each place has the boxes.</param>
    /// <param name="rejected">Receives the boxes and images that cannot be used.</param>
    /// <param name="notes">Receives how boxes were read where that is not obvious.</param>
    public IReadOnlyList<ImportedImage> Apply(
        IReadOnlyList<ImportedImage> images,
        ICollection<RejectedFile> rejected,
        ICollection<Message> notes
    )
    {
        ImportedImage[] samples =
        [
            .. images.SelectMany<ImportedImage, ImportedImage>(image =>
                options.Boxes switch
                {
                    BoxUse.MultiLabel => [WithLabels(image)],
                    BoxUse.Crops => Crops(image, rejected),
                    BoxUse.ImageClass => WithClass(image, rejected) is { } one ? [one] : [],
                    _ => throw new InvalidOperationException($"Boxes cannot become {options.Boxes}."),
                }
            ),
        ];
        if (_cut > 0)
            notes.Add(
                _cut == 1
                    ? Message.Of("annotations.cut-one", $"1 box reaches beyond its image and was cut at the edge.")
                    : Message.Of("annotations.cut", $"{_cut:N0} boxes reach beyond their images and were cut at the edges.")
            );
        return samples;
    }

    private static string[] LabelsOf(ImportedImage image) =>
        [.. image.Place.Annotated!.Boxes.Select(b => b.Label).Distinct().Order(StringComparer.Ordinal)];

    private static ImportedImage WithLabels(ImportedImage image) => image with { Place = image.Place with { Labels = LabelsOf(image) } };

    private static ImportedImage? WithClass(ImportedImage image, ICollection<RejectedFile> rejected)
    {
        string[] labels = LabelsOf(image),
            shown = labels.Length > MostNames ? [.. labels.Take(MostNames), "…"] : labels;
        if (labels.Length == 1)
            return image with { Place = image.Place with { Label = labels[0] } };
        rejected.Add(
            new RejectedFile(
                image.Place.Name,
                labels.Length == 0
                    ? Message.Of("annotations.no-object", $"Nothing is marked on it.")
                    : Message.Of(
                        "annotations.several-classes",
                        $"It shows several classes: {shown}. Import it with several labels for " + $"an image, or cut the boxes out."
                    )
            )
        );
        return null;
    }

    private IEnumerable<ImportedImage> Crops(ImportedImage image, ICollection<RejectedFile> rejected)
    {
        AnnotatedImage annotated = image.Place.Annotated!;
        (int width, int height) = (image.Image.Width, image.Image.Height);
        if (annotated.Boxes.Count == 0)
        {
            rejected.Add(new RejectedFile(image.Place.Name, Message.Of("annotations.no-object", $"Nothing is marked on it.")));
            yield break;
        }

        // Fractions fit any size; pixels fit that of the image they were measured on.
        if (annotated.Size is { } size && size != (width, height) && annotated.Boxes.Any(b => !b.IsRelative))
        {
            rejected.Add(
                new RejectedFile(
                    image.Place.Name,
                    Message.Of(
                        "annotations.other-size",
                        $"Its boxes were drawn on {size.Width} × {size.Height} pixels, but it has {width} × {height}."
                    )
                )
            );
            yield break;
        }

        for (int i = 0; i < annotated.Boxes.Count; i++)
        {
            LabelledBox box = annotated.Boxes[i];
            if (box.On(width, height, options.Margin, out bool isCut) is { } region)
            {
                _cut += isCut ? 1 : 0;
                yield return image with
                {
                    Place = image.Place with { Label = box.Label },
                    Region = region,
                };
            }
            else
            {
                rejected.Add(
                    new RejectedFile(
                        image.Place.Name,
                        Message.Of(
                            "annotations.box-outside",
                            $"Box {i + 1} ('{box.Label}') lies outside of the image, which has {width} × {height} pixels."
                        )
                    )
                );
            }
        }
    }
}

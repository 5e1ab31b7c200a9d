using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>A class that an import would have, and the samples of it.</summary>
public sealed record PreviewedClass(string Label, int Samples);

/// <summary>What an import will take, as far as its names and its texts tell: no image has been read, and nothing is stored.</summary>
/// <param name="Options">How the files are read.</param>
/// <param name="Recognised">The layout that the names have.</param>
/// <param name="Samples">Images, or boxes to cut out.</param>
/// <param name="Classes">The most frequent classes first.</param>
/// <param name="First">Names of some images, of different classes as far as there are any.</param>
/// <param name="Rejected">Files and annotations that will not be used, and why.</param>
/// <param name="Notes">How names were read where that is not obvious.</param>
/// <param name="Problem">Why no data set can be made of it; null where one may.</param>
public sealed record ImportPreview(
    ImportOptions Options,
    ImportLayout Recognised,
    int Samples,
    IReadOnlyList<PreviewedClass> Classes,
    IReadOnlyList<string> First,
    IReadOnlyList<RejectedFile> Rejected,
    IReadOnlyList<Message> Notes,
    Message? Problem
)
{
    private const int MostImages = 8;
    private static readonly string[] WithFrames = [".tif", ".tiff", ".gif"];

    /// <summary>Whether a file may have several pages or frames, by its name.</summary>
    public bool MayHaveFrames { get; init; }

    /// <param name="zip">The upload.</param>
    /// <param name="options">How it is read; null to recognise the layout.</param>
    /// <exception cref="UnknownEncodingException">A table of labels is not UTF-8, and no encoding was chosen.</exception>
    internal static ImportPreview Of(ZipImages zip, ImportOptions? options)
    {
        ImportLayout recognised = LayoutDetection.Of(zip.Names);
        options ??= new ImportOptions(recognised);
        try
        {
            var plan = ImportPlan.Of(zip.Names, zip.Read, options);
            string[] labels = [.. plan.Placed.SelectMany(LabelsOf)];
            return new ImportPreview(
                options,
                recognised,
                options.Layout.HasBoxes() && options.Boxes == BoxUse.Crops
                    ? plan.Placed.Sum(p => p.Annotated!.Boxes.Count)
                    : plan.Placed.Count,
                [
                    .. labels
                        .GroupBy(l => l, StringComparer.Ordinal)
                        .Select(g => new PreviewedClass(g.Key, g.Count()))
                        .OrderByDescending(c => c.Samples)
                        .ThenBy(c => c.Label, StringComparer.Ordinal),
                ],
                FirstOf(plan.Placed),
                [.. zip.Rejected, .. plan.Rejected],
                [.. zip.Notes, .. plan.Notes],
                null
            )
            {
                MayHaveFrames = plan.Placed.Any(p => WithFrames.Contains(Path.GetExtension(p.Name), StringComparer.OrdinalIgnoreCase)),
            };

            // Of boxes, each counts where it is cut out, and each class once where its image has it.
            IEnumerable<string> LabelsOf(PlacedFile place) =>
                place.Annotated is not { } annotated ? place.Labels ?? (place.Label is { } label ? [label] : [])
                : options.Boxes == BoxUse.Crops ? annotated.Boxes.Select(b => b.Label)
                : annotated.Boxes.Select(b => b.Label).Distinct();
        }
        catch (UnknownEncodingException)
        {
            throw;
        }
        catch (ImportException e)
        {
            return new ImportPreview(options, recognised, 0, [], [], zip.Rejected, zip.Notes, e.Text);
        }
    }

    /// <summary>The first images of each class, before the second ones.</summary>
    private static string[] FirstOf(IReadOnlyList<PlacedFile> placed) =>
        [
            .. placed
                .GroupBy(p => p.Label, StringComparer.Ordinal)
                .SelectMany(g => g.Take(MostImages).Select((p, rank) => (p.Name, Rank: rank)))
                .OrderBy(p => p.Rank)
                .Take(MostImages)
                .Select(p => p.Name),
        ];
}

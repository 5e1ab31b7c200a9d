using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>A folder layout of an upload, in words and by example.</summary>
/// <param name="Layout">The layout.</param>
/// <param name="Trees">Names inside a zip.</param>
internal sealed record LayoutChoice(ImportLayout Layout, IReadOnlyList<string> Trees)
{
    /// <summary>The usual one first.</summary>
    public static IReadOnlyList<LayoutChoice> All { get; } =
    [
        new(ImportLayout.Classes, ["ants/001.jpg\nants/002.png\nbees/001.jpg", "train/ants/001.jpg\nval/ants/002.jpg\ntest/bees/003.jpg"]),
        new(
            ImportLayout.Domains,
            [
                "photo/dog/001.jpg\nphoto/cat/002.jpg\nsketch/dog/003.jpg",
                "photo/train/dog/001.jpg\nphoto/val/cat/002.jpg\nsketch/dog/003.jpg",
            ]
        ),
        new(
            ImportLayout.Table,
            ["labels.csv\n001.jpg\nline B/002.jpg", "file,class,material\n001.jpg,pit,steel\nline B/002.jpg,good,brass"]
        ),
        new(
            ImportLayout.Coco,
            ["instances.json\nimages/000001.jpg\nimages/000002.jpg", "train/_annotations.coco.json\ntrain/001.jpg\nvalid/002.jpg"]
        ),
        new(
            ImportLayout.Voc,
            ["Annotations/001.xml\nJPEGImages/001.jpg", "Annotations/001.xml\nJPEGImages/001.jpg\nImageSets/Main/train.txt"]
        ),
        new(ImportLayout.Yolo, ["data.yaml\nimages/train/001.jpg\nlabels/train/001.txt", "classes.txt\n001.jpg\n001.txt"]),
        new(ImportLayout.Unlabelled, ["001.jpg\n002.jpg\nnew camera/003.jpg"]),
    ];

    /// <summary>All as options to choose from.</summary>
    public static IReadOnlyList<Choice<ImportLayout>> Options => [.. All.Select(l => new Choice<ImportLayout>(l.Layout, l.Title))];

    public static LayoutChoice Of(ImportLayout layout) => All.First(l => l.Layout == layout);

    /// <summary>Its name.</summary>
    public string Title => Texts<DatasetTexts>.Get($"Layout.{Layout}");

    /// <summary>How the files are read.</summary>
    public string Explanation => Texts<DatasetTexts>.Get($"Layout.{Layout}.Explanation");
}

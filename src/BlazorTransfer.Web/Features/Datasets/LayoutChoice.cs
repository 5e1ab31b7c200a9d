using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>What the folders of an upload can mean, in words and by example.</summary>
/// <param name="Layout">The meaning.</param>
/// <param name="Title">Its name.</param>
/// <param name="Hint">What it is for.</param>
/// <param name="Prompt">What to upload.</param>
/// <param name="Explanation">How it is read.</param>
/// <param name="Trees">Names inside a zip.</param>
internal sealed record LayoutChoice(
    ImportLayout Layout,
    string Title,
    string Hint,
    string Prompt,
    string Explanation,
    IReadOnlyList<string> Trees
)
{
    /// <summary>The usual one first.</summary>
    public static IReadOnlyList<LayoutChoice> All { get; } =
    [
        new(
            ImportLayout.Classes,
            "Folders are classes",
            "images to learn from",
            "A zip of class folders",
            "The folder of an image is its class. Splits are optional; without them, a fifth of each class becomes validation.",
            ["ants/001.jpg\nants/002.png\nbees/001.jpg", "train/ants/001.jpg\nval/ants/002.jpg\ntest/bees/003.jpg"]
        ),
        new(
            ImportLayout.Domains,
            "Folders are domains",
            "with class folders inside",
            "A zip of domain folders",
            "The outer folder says where an image comes from, such as a camera or a site; the folder inside is its class. "
                + "Splits are optional; without them, a fifth of each class in each domain becomes validation.",
            [
                "photo/dog/001.jpg\nphoto/cat/002.jpg\nsketch/dog/003.jpg",
                "photo/train/dog/001.jpg\nphoto/val/cat/002.jpg\nsketch/dog/003.jpg",
            ]
        ),
        new(
            ImportLayout.Table,
            "A table names the classes",
            "labels.csv beside the images",
            "A zip of images and labels.csv",
            "labels.csv has a row for each image: its file, as it lies from the table's folder, and its class. A column "
                + "'split' with train, validation or test is optional. "
                + "Every other column is a further label set, such as a material, that a model can learn beside the classes.",
            ["labels.csv\n001.jpg\nline B/002.jpg", "file,class,material\n001.jpg,pit,steel\nline B/002.jpg,good,brass"]
        ),
        new(
            ImportLayout.Unlabelled,
            "No labels",
            "images to adapt to",
            "A zip of images",
            "Every image is taken, without a label; folders mean nothing. A run that learns from labelled images can adapt to "
                + "these: its method sees what images look like where the model is to work.",
            ["001.jpg\n002.jpg\nnew camera/003.jpg"]
        ),
    ];
}

using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets;

/// <summary>What an import makes of boxes on images.</summary>
public enum BoxUse
{
    /// <summary>An image has the classes of all its boxes, perhaps none.</summary>
    MultiLabel,

    /// <summary>Each box becomes a sample, cut out of its image.</summary>
    Crops,

    /// <summary>An image has the class that all its boxes have; those with several classes or none are skipped.</summary>
    ImageClass,
}

/// <summary>How an import is read.</summary>
/// <param name="Layout">Where the classes are.</param>
/// <param name="Boxes">What becomes of boxes.</param>
/// <param name="Margin">What is added to each side of a box that is cut out, as a fraction of the box's own size.</param>
/// <param name="SkipsSeveralFrames">Whether files with several pages or frames are skipped; otherwise their first one is read.</param>
/// <param name="TableEncoding">Encoding of a table of labels that is not Unicode; null where none was chosen.</param>
public sealed record ImportOptions(
    ImportLayout Layout = ImportLayout.Classes,
    BoxUse Boxes = BoxUse.MultiLabel,
    double Margin = 0,
    bool SkipsSeveralFrames = false,
    TextEncoding? TableEncoding = null
)
{
    public const double MaximumMargin = 2;

    /// <summary>Why they cannot be used; null where they can.</summary>
    public Message? Check() =>
        Margin is >= 0 and <= MaximumMargin
            ? null
            : Message.Of("import.margin", $"The margin must be from 0 to {MaximumMargin} times the box's size.");
}

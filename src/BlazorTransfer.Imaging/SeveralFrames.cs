using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Imaging;

/// <summary>What an import does with TIFF files of several pages and with animations.</summary>
internal static class SeveralFrames
{
    /// <param name="rejection">Why the file cannot be used at all; null where it can.</param>
    /// <param name="frames">Its pages or frames.</param>
    /// <param name="options">Whether the first one is taken.</param>
    public static Message? WhySkipped(Message? rejection, int frames, ImportOptions options) =>
        rejection
        ?? (
            frames > 1 && options.SkipsSeveralFrames
                ? Message.Of("skipped.several-frames", $"It has {frames:N0} pages or frames, and such files are to be skipped.")
                : null
        );
}

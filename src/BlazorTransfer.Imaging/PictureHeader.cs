using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Imaging;

/// <summary>
/// What the header of a TIFF, TGA or GIF file says, read without its decoder: ImageSharp fills what is missing of a cut file with
/// nothing, and does not say so.
/// </summary>
/// <param name="Width">Width as stored, in pixels.</param>
/// <param name="Height">Height as stored, in pixels.</param>
/// <param name="IsComplete">False where the file ends before the picture does.</param>
/// <param name="Frames">Pages or frames.</param>
/// <param name="Has16Bits">Whether a sample has 16 bits, and not 8 or fewer.</param>
/// <param name="Rejection">Why such a file cannot be used; null where it can.</param>
internal readonly record struct PictureHeader(
    int Width,
    int Height,
    bool IsComplete,
    int Frames = 1,
    bool Has16Bits = false,
    Message? Rejection = null
);

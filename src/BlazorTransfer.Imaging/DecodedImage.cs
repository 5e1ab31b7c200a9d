using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Imaging;

/// <summary>As much of a picture as a later resize needs: some of its rows, or all of it, on as many pixels as it has or on
/// fewer.</summary>
/// <param name="Image">What was decoded, upright.</param>
/// <param name="Width">Width of the whole picture, upright, in full size.</param>
/// <param name="Height">Height of the whole picture, likewise.</param>
/// <param name="Whole">Where the whole picture lies, in pixels of <paramref name="Image"/>.</param>
public sealed record DecodedImage(RgbImage Image, int Width, int Height, SourceArea Whole)
{
    /// <summary>All of a picture in full size.</summary>
    public DecodedImage(RgbImage image)
        : this(image, image.Width, image.Height, new PixelArea(0, 0, image.Width, image.Height)) { }

    public int ShorterSide => Math.Min(Width, Height);
}

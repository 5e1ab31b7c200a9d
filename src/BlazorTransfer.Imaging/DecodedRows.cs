namespace BlazorTransfer.Imaging;

/// <summary>Some rows of a picture.</summary>
/// <param name="Image">The rows.</param>
/// <param name="First">Which row of the picture is the first of them.</param>
/// <param name="WholeHeight">Rows of the picture.</param>
public sealed record DecodedRows(RgbImage Image, int First, int WholeHeight)
{
    /// <summary>The picture, as seen from its part.</summary>
    public PixelArea Whole => new(0, -First, Image.Width, WholeHeight);
}

using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Imaging;

/// <summary>
/// What is resized: a rectangle in a picture's pixels, whose edges may lie within pixels. Of 375 rows decoded at 6/8 of their size there
/// are
/// 282, but they show 281.25: to take them for the picture would move its far edge by most of a pixel.
/// </summary>
public readonly record struct SourceArea(double Left, double Top, double Width, double Height)
{
    public static implicit operator SourceArea(PixelArea area) => new(area.Left, area.Top, area.Width, area.Height);
}

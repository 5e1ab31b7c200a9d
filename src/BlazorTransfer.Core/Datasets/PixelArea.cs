namespace BlazorTransfer.Core.Datasets;

/// <summary>A rectangle of pixels, from its top left corner.</summary>
public readonly record struct PixelArea(int Left, int Top, int Width, int Height)
{
    /// <summary>Whether it has pixels, all of them inside of a picture of this size.</summary>
    public bool FitsInto(int width, int height) =>
        Left >= 0 && Top >= 0 && Width > 0 && Height > 0 && Left <= width - Width && Top <= height - Height;

    /// <summary>The square of <paramref name="side"/> pixels in the middle; half a pixel is rounded to even, as in Python.</summary>
    public static PixelArea Centre(int width, int height, int side) => Centre(width, height, side, side);

    /// <inheritdoc cref="Centre(int, int, int)"/>
    public static PixelArea Centre(int width, int height, int innerWidth, int innerHeight) =>
        new(Middle(width, innerWidth), Middle(height, innerHeight), innerWidth, innerHeight);

    private static int Middle(int outer, int inner) => (int)Math.Round((outer - inner) / 2.0, MidpointRounding.ToEven);
}

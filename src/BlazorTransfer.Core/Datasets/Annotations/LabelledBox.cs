using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets.Annotations;

/// <summary>A rectangle on an upright image, and the class of what it encloses.</summary>
/// <param name="Label">The class.</param>
/// <param name="Left">In pixels from the left edge, or as a fraction of the width.</param>
/// <param name="Top">In pixels from the upper edge, or as a fraction of the height.</param>
/// <param name="Width">Likewise.</param>
/// <param name="Height">Likewise.</param>
/// <param name="IsRelative">Whether the numbers are fractions of the image's size.</param>
public readonly record struct LabelledBox(string Label, double Left, double Top, double Width, double Height, bool IsRelative = false)
{
    // Rounding of what wrote the box.
    private const double Tolerance = 1;

    /// <summary>The box of a class that was given without one: it cannot be cut out.</summary>
    public static LabelledBox Without(string label) => new(label, double.NaN, double.NaN, double.NaN, double.NaN);

    /// <summary>Why it is no rectangle, whatever the image; null where it is.</summary>
    public Message? WhyInvalid() =>
        !double.IsFinite(Left + Top + Width + Height)
            ? Message.Of("annotations.box-no-numbers", $"Its box has a value that is missing or no finite number.")
        : Width <= 0 || Height <= 0 ? Message.Of("annotations.box-empty", $"Its box has no area.")
        : null;

    /// <summary>Whole pixels that enclose the box and its margin, as far as they lie on the image; null where no part of the box
    /// does.</summary>
    /// <param name="width">Of the upright image, in pixels.</param>
    /// <param name="height">Likewise.</param>
    /// <param name="margin">What is added on each side, as a fraction of the box's own width and height.</param>
    /// <param name="isCut">Whether the box itself reaches beyond the image.</param>
    public PixelArea? On(int width, int height, double margin, out bool isCut)
    {
        (double x, double y) = IsRelative ? ((double)width, (double)height) : (1.0, 1.0);
        (double left, double top, double right, double bottom) = (Left * x, Top * y, (Left + Width) * x, (Top + Height) * y);
        isCut = left < -Tolerance || top < -Tolerance || right > width + Tolerance || bottom > height + Tolerance;
        if (right <= 0 || bottom <= 0 || left >= width || top >= height)
            return null;
        (double across, double down) = (margin * (right - left), margin * (bottom - top));
        int firstX = Down(left - across, width),
            firstY = Down(top - down, height),
            lastX = Up(right + across, width),
            lastY = Up(bottom + down, height);
        return firstX < lastX && firstY < lastY ? new PixelArea(firstX, firstY, lastX - firstX, lastY - firstY) : null;
    }

    // A millionth of a pixel comes from fractions that are multiplied, and is none.
    private static int Down(double edge, int side) => (int)Math.Clamp(Math.Floor(edge + 1e-6), 0, side);

    private static int Up(double edge, int side) => (int)Math.Clamp(Math.Ceiling(edge - 1e-6), 0, side);
}

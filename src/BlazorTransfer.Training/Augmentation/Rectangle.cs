namespace BlazorTransfer.Training.Augmentation;

/// <summary>Rectangles in a square image, in shares of its side.</summary>
internal static class Rectangle
{
    // Zhong et al.: 2 to 33 % of the area, sides between 3:10 and 10:3.
    private const double SmallestArea = 0.02;
    private const double LargestArea = 0.33;
    private const double WidestRatio = 10.0 / 3;

    /// <summary>Left, top, width and height of a rectangle to erase.</summary>
    public static double[] DrawErased(Random random)
    {
        while (true)
        {
            double area = SmallestArea + (LargestArea - SmallestArea) * random.NextDouble();
            double ratio = Math.Exp(Math.Log(WidestRatio) * (2 * random.NextDouble() - 1));
            double width = Math.Sqrt(area * ratio),
                height = Math.Sqrt(area / ratio);
            if (width < 1 && height < 1)
                return [random.NextDouble() * (1 - width), random.NextDouble() * (1 - height), width, height];
        }
    }

    /// <summary>Left, top, width and height of a rectangle of an area, with the image's proportions and its middle anywhere, cut off at the
    /// edges (Yun et al., 2019).</summary>
    public static double[] DrawPasted(double area, Random random)
    {
        double half = Math.Sqrt(area) / 2,
            x = random.NextDouble(),
            y = random.NextDouble();
        double left = Math.Max(0, x - half),
            top = Math.Max(0, y - half);
        return [left, top, Math.Min(1, x + half) - left, Math.Min(1, y + half) - top];
    }

    /// <summary>The rectangle in whole pixels of an image, inside it.</summary>
    public static (int Left, int Top, int Width, int Height) Pixels(double[] shares, int side)
    {
        int left = (int)Math.Round(shares[0] * side),
            top = (int)Math.Round(shares[1] * side);
        return (
            left,
            top,
            Math.Min(side - left, (int)Math.Round(shares[2] * side)),
            Math.Min(side - top, (int)Math.Round(shares[3] * side))
        );
    }
}

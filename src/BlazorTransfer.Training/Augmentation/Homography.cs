namespace BlazorTransfer.Training.Augmentation;

/// <summary>
/// A projective map of the plane as a 3 × 3 matrix, row by row, from a place in the new image to the place in the old one that it is taken
/// from. Both images are squares from −1 to 1, x to the right and y down.
/// </summary>
internal static class Homography
{
    public static double[] Rotation(double degrees)
    {
        (double sin, double cos) = Math.SinCos(degrees * Math.PI / 180);
        return [cos, -sin, 0, sin, cos, 0, 0, 0, 1];
    }

    public static double[] Shear(double x, double y) => [1, x, 0, y, 1, 0, 0, 0, 1];

    /// <param name="x">To the left, as a share of the side.</param>
    /// <param name="y">Up, as a share of the side.</param>
    public static double[] Translation(double x, double y) => [1, 0, 2 * x, 0, 1, 2 * y, 0, 0, 1];

    /// <summary>
    /// A part of the image as if seen from the side: each corner of the new image is taken from further inside the old one. So nothing
    /// comes into the picture that was not there (Heckbert, "Fundamentals of Texture Mapping", 1989, section 2.2.3, for the formula).
    /// </summary>
    /// <param name="inward">How far each corner moves along x and y, as a share of half the side below 1: top left, top right, bottom
    /// right, bottom left.</param>
    public static double[] Perspective(IReadOnlyList<double> inward)
    {
        (double X, double Y) a = (-1 + inward[0], -1 + inward[1]),
            b = (1 - inward[2], -1 + inward[3]),
            c = (1 - inward[4], 1 - inward[5]),
            d = (-1 + inward[6], 1 - inward[7]);
        (double X, double Y) u = (b.X - c.X, b.Y - c.Y),
            v = (d.X - c.X, d.Y - c.Y),
            sum = (a.X - b.X + c.X - d.X, a.Y - b.Y + c.Y - d.Y);
        double determinant = u.X * v.Y - u.Y * v.X;
        double g = (sum.X * v.Y - sum.Y * v.X) / determinant,
            h = (u.X * sum.Y - u.Y * sum.X) / determinant;
        double[] fromUnitSquare = [b.X - a.X + g * b.X, d.X - a.X + h * d.X, a.X, b.Y - a.Y + g * b.Y, d.Y - a.Y + h * d.Y, a.Y, g, h, 1];
        return Product(fromUnitSquare, [0.5, 0, 0.5, 0, 0.5, 0.5, 0, 0, 1]);
    }

    /// <summary>The first after the second.</summary>
    public static double[] Product(double[] first, double[] second) =>
        [.. Enumerable.Range(0, 9).Select(i => Enumerable.Range(0, 3).Sum(k => first[i / 3 * 3 + k] * second[3 * k + i % 3]))];
}

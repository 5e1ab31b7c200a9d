namespace BlazorTransfer.Imaging.Fractals;

/// <summary>x' = A x + B y + E, y' = C x + D y + F.</summary>
internal readonly record struct AffineMap(double A, double B, double C, double D, double E, double F)
{
    public double Determinant => Math.Abs(A * D - B * C);
}

/// <summary>
/// An iterated function system (Barnsley, "Fractals Everywhere", 1988): affine maps of the plane, of which one is drawn for each step with
/// a
/// probability in proportion to its determinant, so that the points cover its attractor evenly.
/// </summary>
internal sealed class IteratedFunctionSystem
{
    // From here on, points lie on the attractor as closely as a picture can tell.
    private const int StepsToAttractor = 20;

    // A determinant of zero would never be drawn, and its part of the attractor would be missing.
    private const double SmallestDeterminant = 1e-3;
    private const double Infinite = 1e6;

    private readonly double[] _cumulative;

    public IteratedFunctionSystem(IReadOnlyList<AffineMap> maps)
    {
        Maps = maps;
        double sum = 0;
        _cumulative = [.. maps.Select(m => sum += Math.Max(m.Determinant, SmallestDeterminant))];
    }

    public IReadOnlyList<AffineMap> Maps { get; }

    /// <summary>Two to eight maps with parameters from −1 to 1, as Kataoka et al. draw them.</summary>
    public static IteratedFunctionSystem Draw(Random random)
    {
        double Parameter() => 2 * random.NextDouble() - 1;
        var maps = new AffineMap[random.Next(2, 9)];
        for (int i = 0; i < maps.Length; i++)
            maps[i] = new AffineMap(Parameter(), Parameter(), Parameter(), Parameter(), Parameter(), Parameter());
        return new IteratedFunctionSystem(maps);
    }

    /// <summary>The same system with one of its six parameters times <paramref name="weight"/> in all maps: another image of the same
    /// class.</summary>
    public IteratedFunctionSystem Weighted(int parameter, double weight) =>
        new([
            .. Maps.Select(m =>
                parameter switch
                {
                    0 => m with { A = m.A * weight },
                    1 => m with { B = m.B * weight },
                    2 => m with { C = m.C * weight },
                    3 => m with { D = m.D * weight },
                    4 => m with { E = m.E * weight },
                    5 => m with { F = m.F * weight },
                    _ => throw new ArgumentOutOfRangeException(nameof(parameter)),
                }
            ),
        ]);

    /// <summary>Fills both spans with points of the attractor; false where the points run off to infinity.</summary>
    public bool TryWalk(Random random, Span<float> xs, Span<float> ys)
    {
        double x = 0,
            y = 0,
            total = _cumulative[^1];
        for (int i = -StepsToAttractor; i < xs.Length; i++)
        {
            double drawn = random.NextDouble() * total;
            int chosen = 0;
            while (chosen < _cumulative.Length - 1 && _cumulative[chosen] <= drawn)
                chosen++;
            AffineMap map = Maps[chosen];
            (x, y) = (map.A * x + map.B * y + map.E, map.C * x + map.D * y + map.F);
            if (!(Math.Abs(x) < Infinite && Math.Abs(y) < Infinite))
                return false;
            if (i >= 0)
                (xs[i], ys[i]) = ((float)x, (float)y);
        }

        return true;
    }
}

namespace BlazorTransfer.Imaging.Fractals;

/// <summary>
/// Draws a data set without any photograph: each class is a fractal, each image one of its variations. After Kataoka et al., "Pre-training
/// without
/// Natural Images" (2020): systems of two to eight affine maps with parameters drawn from −1 to 1 are kept where their attractor fills more
/// than
/// a fifth of the picture; the images of a class vary a parameter by up to a fifth, mirror the picture, and draw points as patches of 3 ×
/// 3.
/// Figure and ground have colours of their own, and the figure is the stronger the more points lie there, after Anderson and Farrell,
/// "Improving Fractal Pre-training" (2022).
/// </summary>
public sealed class FractalDatasetGenerator
{
    public const int SmallestSide = 32;
    public const int LargestSide = 512;

    private const double SmallestFilling = 0.2;
    private const int Quality = 92;
    private const int PatchSide = 3;

    // Figure and ground that cannot be told apart teach nothing.
    private const double SmallestContrast = 0.3;
    private const double FaintestFigure = 0.4;
    private static readonly double[] Weights = [0.8, 0.9, 1.0, 1.1, 1.2];

    private readonly int _seed;
    private readonly int _side;
    private readonly IteratedFunctionSystem[] _classes;

    /// <summary>Draws the classes; takes some milliseconds for each.</summary>
    /// <param name="seed">Another seed gives other classes.</param>
    /// <param name="classes">At least 2.</param>
    /// <param name="side">Of the images, in pixels.</param>
    public FractalDatasetGenerator(int seed, int classes, int side)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(side, SmallestSide);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, LargestSide);
        (_seed, _side) = (seed, side);
        _classes = new IteratedFunctionSystem[classes];
        Parallel.For(0, classes, c => _classes[c] = DrawClass(new Random(HashCode(seed, c, -1))));
    }

    /// <summary>Draws one image; the same bytes for the same seed and numbers. From any thread.</summary>
    /// <param name="ofClass">From 0.</param>
    /// <param name="number">From 0, as many as are wanted.</param>
    /// <returns>A JPEG.</returns>
    public byte[] Draw(int ofClass, int number)
    {
        var random = new Random(HashCode(_seed, ofClass, number));
        var points = new Points(_side * _side);
        IteratedFunctionSystem system = _classes[ofClass].Weighted(random.Next(6), Weights[random.Next(Weights.Length)]);
        // A variation may run off to infinity where its class does not.
        if (!points.Walk(system, random))
            points.Walk(_classes[ofClass], random);
        int[] hits = points.Picture(_side, Patch(random));
        var file = new MemoryStream();
        JpegEncoder.Encode(Paint(hits, random), file, Quality);
        return file.ToArray();
    }

    private static IteratedFunctionSystem DrawClass(Random random)
    {
        // What fills a picture does so at this side too.
        const int side = 64;
        var points = new Points(side * side);
        while (true)
        {
            var system = IteratedFunctionSystem.Draw(random);
            if (!points.Walk(system, random))
                continue;
            if (points.Picture(side, patch: 1 << (PatchSide * PatchSide / 2)).Count(hits => hits > 0) > SmallestFilling * side * side)
                return system;
        }
    }

    // HashCode.Combine differs from process to process.
    private static int HashCode(int seed, int ofClass, int number) => unchecked((seed * 1_000_003 + ofClass) * 1_000_003 + number);

    /// <summary>Which of 3 × 3 pixels a point paints, as bits; at least the middle one.</summary>
    private static int Patch(Random random) => random.Next(1 << (PatchSide * PatchSide)) | 1 << (PatchSide * PatchSide / 2);

    private RgbImage Paint(int[] hits, Random random)
    {
        (double R, double G, double B) front = Colour(random),
            back;
        do back = Colour(random);
        while (Math.Abs(Luminance(front) - Luminance(back)) < SmallestContrast);
        bool flipX = random.Next(2) == 0,
            flipY = random.Next(2) == 0;
        // Light from one side, so that neither colour is a flat one.
        double slope = 0.3 * (random.NextDouble() - 0.5),
            grain = 0.04 * random.NextDouble();
        double densest = Math.Log(1 + hits.Max());
        var image = new RgbImage(_side, _side);
        for (int y = 0; y < _side; y++)
        {
            Span<byte> row = image.Row(y);
            for (int x = 0; x < _side; x++)
            {
                int source = (flipY ? _side - 1 - y : y) * _side + (flipX ? _side - 1 - x : x);
                // The logarithm shows the fine parts, which few points reach, beside the dense ones.
                double figure = hits[source] == 0 ? 0 : FaintestFigure + (1 - FaintestFigure) * Math.Log(1 + hits[source]) / densest;
                double light = 1 + slope * (2.0 * x / _side - 1) + grain * (2 * random.NextDouble() - 1);
                double Mix(double from, double to) => (from + (to - from) * figure) * light;
                (row[3 * x], row[3 * x + 1], row[3 * x + 2]) = (
                    Byte(Mix(back.R, front.R)),
                    Byte(Mix(back.G, front.G)),
                    Byte(Mix(back.B, front.B))
                );
            }
        }

        return image;
    }

    private static (double R, double G, double B) Colour(Random random) => (random.NextDouble(), random.NextDouble(), random.NextDouble());

    private static double Luminance((double R, double G, double B) c) => 0.299 * c.R + 0.587 * c.G + 0.114 * c.B;

    private static byte Byte(double value) => (byte)Math.Clamp((int)(value * 255 + 0.5), 0, 255);

    /// <summary>Points of an attractor, and the picture that they fill.</summary>
    private sealed class Points(int count)
    {
        private readonly float[] _xs = new float[count];
        private readonly float[] _ys = new float[count];

        public bool Walk(IteratedFunctionSystem system, Random random) => system.TryWalk(random, _xs, _ys);

        /// <summary>How many points paint each of side × side pixels; the attractor reaches from edge to edge.</summary>
        public int[] Picture(int side, int patch)
        {
            (float left, float top) = (_xs.Min(), _ys.Min());
            double scaleX = Scale(_xs.Max() - left, side),
                scaleY = Scale(_ys.Max() - top, side);
            int[] picture = new int[side * side];
            for (int i = 0; i < _xs.Length; i++)
                Stamp(picture, side, (int)((_xs[i] - left) * scaleX), (int)((_ys[i] - top) * scaleY), patch);
            return picture;
        }

        private static double Scale(double extent, int side) => extent > 0 ? (side - 1) / extent : 0;

        private static void Stamp(int[] picture, int side, int x, int y, int patch)
        {
            for (int bit = 0; bit < PatchSide * PatchSide; bit++)
            {
                int px = x + bit % PatchSide - 1,
                    py = y + bit / PatchSide - 1;
                if ((patch >> bit & 1) != 0 && px >= 0 && px < side && py >= 0 && py < side)
                    picture[py * side + px]++;
            }
        }
    }
}

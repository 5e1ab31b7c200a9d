namespace BlazorTransfer.Imaging;

/// <summary>One drawn image.</summary>
/// <param name="Name">Class folder and file name, such as <c>scratch/warm-007.jpg</c>.</param>
/// <param name="Lighting">The domain: <c>warm</c> or <c>cold</c>.</param>
/// <param name="Jpeg">The file.</param>
public sealed record SampleImage(string Name, string Lighting, byte[] Jpeg);

/// <summary>
/// Draws a surface-inspection data set from a seed: brushed metal that is good, scratched, pitted or stained, photographed under
/// warm light from the side and under cold light from above. Dust, machining lines and uneven light are on all of them, and
/// many defects are faint, so that the classes cannot be told by brightness or colour alone.
/// </summary>
public sealed class SampleDatasetGenerator(int seed = 1, int imagesPerClassAndLighting = 50)
{
    public const string LightingTag = "lighting";
    private const int Side = 160;
    private const int Quality = 88;
    private static readonly string[] Classes = ["good", "pit", "scratch", "stain"];
    private static readonly string[] Lightings = ["warm", "cold"];

    public int Count => Classes.Length * Lightings.Length * imagesPerClassAndLighting;

    /// <summary>The images, drawn one by one as they are asked for; the same bytes for the same seed.</summary>
    public IEnumerable<SampleImage> Draw()
    {
        for (int c = 0; c < Classes.Length; c++)
        {
            for (int l = 0; l < Lightings.Length; l++)
            {
                for (int i = 0; i < imagesPerClassAndLighting; i++)
                {
                    var random = new Random(unchecked(((seed * 31 + c) * 31 + l) * 10007 + i));
                    var file = new MemoryStream();
                    JpegEncoder.Encode(DrawOne(random, Classes[c], Lightings[l] == "warm"), file, Quality);
                    yield return new SampleImage($"{Classes[c]}/{Lightings[l]}-{i:000}.jpg", Lightings[l], file.ToArray());
                }
            }
        }
    }

    private static RgbImage DrawOne(Random random, string defect, bool warm)
    {
        float[] surface = BrushedMetal(random);
        for (int n = random.Next(2, 7); n > 0; n--)
            Dust(surface, random);
        if (random.Next(3) > 0)
            MachiningLines(surface, random);
        switch (defect)
        {
            case "good":
                break;
            case "pit":
                for (int n = random.Next(1, 5); n > 0; n--)
                    Pit(surface, random);
                break;
            case "scratch":
                for (int n = random.Next(1, 3); n > 0; n--)
                    Scratch(surface, random);
                break;
            case "stain":
                Stain(surface, random);
                break;
            default:
                throw new ArgumentException($"There is no defect '{defect}'.", nameof(defect));
        }

        return Photograph(surface, random, warm);
    }

    /// <summary>Reflectance 0…1: fine grain along one direction over slow variation.</summary>
    private static float[] BrushedMetal(Random random)
    {
        float[] surface = new float[Side * Side];
        double angle = (random.NextDouble() - 0.5) * 0.5,
            grain = 0.03 + 0.05 * random.NextDouble();
        double[] rows = [.. Enumerable.Range(0, Side * 2).Select(_ => (random.NextDouble() - 0.5) * grain)];
        double wave = 0.02 + 0.03 * random.NextDouble(),
            phaseX = random.NextDouble() * 6,
            phaseY = random.NextDouble() * 6;
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                double across = Math.Clamp(y + x * angle + Side / 2, 0, Side * 2 - 2);
                int row = (int)across;
                double brushed = rows[row] + (rows[row + 1] - rows[row]) * (across - row);
                double slow = wave * Math.Sin(x * 0.03 + phaseX) * Math.Cos(y * 0.025 + phaseY);
                surface[y * Side + x] = (float)(0.55 + brushed + slow + (random.NextDouble() - 0.5) * 0.03);
            }
        }

        return surface;
    }

    private static void Dust(float[] surface, Random random) =>
        Blob(surface, random.NextDouble() * Side, random.NextDouble() * Side, 0.7 + random.NextDouble(), (random.NextDouble() - 0.4) * 0.5);

    /// <summary>Regular and good: straight, faint and parallel, from edge to edge.</summary>
    private static void MachiningLines(float[] surface, Random random)
    {
        int spacing = random.Next(14, 40),
            offset = random.Next(spacing);
        double depth = 0.015 + 0.04 * random.NextDouble(),
            slope = (random.NextDouble() - 0.5) * 0.1;
        for (int line = offset; line < Side; line += spacing)
        for (int x = 0; x < Side; x++)
            Add(surface, x, (int)(line + slope * x), -depth);
    }

    /// <summary>A small crater: dark inside, a bright rim where the light catches it.</summary>
    private static void Pit(float[] surface, Random random)
    {
        double x = 12 + random.NextDouble() * (Side - 24),
            y = 12 + random.NextDouble() * (Side - 24),
            radius = 1.6 + 3.2 * random.NextDouble();
        double depth = 0.12 + 0.25 * random.NextDouble();
        Blob(surface, x + radius * 0.5, y + radius * 0.5, radius * 1.25, depth * 0.6);
        Blob(surface, x, y, radius, -depth * 1.5);
    }

    /// <summary>A thin, slightly bent line across the grain, fading at its ends.</summary>
    private static void Scratch(float[] surface, Random random)
    {
        double x = 20 + random.NextDouble() * (Side - 40),
            y = 20 + random.NextDouble() * (Side - 40);
        double direction = random.NextDouble() * Math.PI,
            bend = (random.NextDouble() - 0.5) * 0.03,
            length = 25 + 80 * random.NextDouble();
        double strength = (0.07 + 0.18 * random.NextDouble()) * (random.Next(3) == 0 ? -1 : 1);
        for (double along = -length / 2; along < length / 2; along += 0.5)
        {
            double heading = direction + bend * along * 0.3,
                fade = 1 - Math.Pow(2 * Math.Abs(along) / length, 3);
            Blob(surface, x + along * Math.Cos(heading), y + along * Math.Sin(heading), 0.55, strength * fade * 0.5);
        }
    }

    /// <summary>A soft, irregular patch, with a darker edge where it dried.</summary>
    private static void Stain(float[] surface, Random random)
    {
        double x = 30 + random.NextDouble() * (Side - 60),
            y = 30 + random.NextDouble() * (Side - 60),
            size = 12 + 22 * random.NextDouble();
        double strength = (0.05 + 0.1 * random.NextDouble()) * (random.Next(4) == 0 ? 1 : -1),
            phase = random.NextDouble() * 6;
        for (int py = 0; py < Side; py++)
        {
            for (int px = 0; px < Side; px++)
            {
                double angle = Math.Atan2(py - y, px - x);
                double edge = size * (1 + 0.18 * Math.Sin(3 * angle + phase) + 0.1 * Math.Sin(5 * angle - phase));
                double inside = edge - Math.Sqrt((px - x) * (px - x) + (py - y) * (py - y));
                double film = 1 / (1 + Math.Exp(-inside / 2.5)),
                    rim = Math.Exp(-inside * inside / 12);
                surface[py * Side + px] += (float)(strength * (film + 0.6 * rim));
            }
        }
    }

    /// <summary>
    /// Light, lens and sensor. Warm light falls from one side with much contrast; cold light is even, weaker and noisier, through a
    /// lens that is a little soft.
    /// </summary>
    private static RgbImage Photograph(float[] surface, Random random, bool warm)
    {
        if (!warm)
            surface = Soften(surface);
        var image = new RgbImage(Side, Side);
        double side = warm ? 0.25 + 0.2 * random.NextDouble() : 0.06 * random.NextDouble(),
            gain = 0.85 + 0.3 * random.NextDouble();
        double contrast = warm ? 1.1 : 0.75,
            noise = warm ? 0.012 : 0.03,
            level = warm ? 0.02 : -0.08;
        (double red, double green, double blue) = warm ? (1.12, 1.0, 0.8) : (0.86, 0.97, 1.16);
        for (int y = 0; y < Side; y++)
        {
            Span<byte> row = image.Row(y);
            for (int x = 0; x < Side; x++)
            {
                double light = gain * (1 + side * (x / (double)Side - 0.5) * 2);
                double value =
                    (0.5 + (surface[y * Side + x] - 0.5) * contrast + level) * light
                    + (random.NextDouble() + random.NextDouble() - 1) * noise;
                row[3 * x] = Byte(value * red);
                row[3 * x + 1] = Byte(value * green);
                row[3 * x + 2] = Byte(value * blue);
            }
        }

        return image;
    }

    private static float[] Soften(float[] surface)
    {
        float[] soft = new float[surface.Length];
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                float At(int dx, int dy) => surface[Math.Clamp(y + dy, 0, Side - 1) * Side + Math.Clamp(x + dx, 0, Side - 1)];
                soft[y * Side + x] = 0.4f * At(0, 0) + 0.15f * (At(1, 0) + At(-1, 0) + At(0, 1) + At(0, -1));
            }
        }

        return soft;
    }

    /// <summary>Adds a Gaussian spot of standard deviation <paramref name="radius"/> pixels.</summary>
    private static void Blob(float[] surface, double x, double y, double radius, double amount)
    {
        int reach = (int)Math.Ceiling(radius * 3);
        for (int py = (int)y - reach; py <= (int)y + reach; py++)
        {
            for (int px = (int)x - reach; px <= (int)x + reach; px++)
            {
                double distance = (px - x) * (px - x) + (py - y) * (py - y);
                Add(surface, px, py, amount * Math.Exp(-distance / (2 * radius * radius)));
            }
        }
    }

    private static void Add(float[] surface, int x, int y, double amount)
    {
        if (x is >= 0 and < Side && y is >= 0 and < Side)
            surface[y * Side + x] += (float)amount;
    }

    private static byte Byte(double value) => (byte)Math.Clamp((int)(value * 255 + 0.5), 0, 255);
}

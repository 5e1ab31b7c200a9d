using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Imaging;

namespace BlazorTransfer.Training.Images;

/// <summary>Turns a decoded image into the network's input: normalised red, green and blue planes, [3, S, S].</summary>
public sealed class ImageTransforms(Preprocessing preprocessing)
{
    // Torchvision's defaults for training: a crop of 8 to 100 % of the area, sides between 3:4 and 4:3.
    private const double SmallestArea = 0.08;
    private const double WidestRatio = 4.0 / 3;

    private readonly float[][] _tables = [.. Enumerable.Range(0, 3).Select(c => Table(preprocessing.Mean[c], preprocessing.Std[c]))];

    private readonly ResizeFilter _filter = preprocessing.Interpolation switch
    {
        Preprocessing.Bilinear => ResizeFilter.Bilinear,
        Preprocessing.Bicubic => ResizeFilter.Bicubic,
        string other => throw new InvalidDataException($"There is no resize filter named '{other}'."),
    };

    public int Side => preprocessing.CropSize;

    /// <summary>Floats of one input.</summary>
    public int Length => 3 * Side * Side;

    /// <summary>What evaluation sees: shorter side resized, middle cut out.</summary>
    public void Evaluate(RgbImage image, Span<float> target) =>
        Normalise(PilResize.CentreCrop(PilResize.ShorterSide(image, preprocessing.ResizeShorterSide, _filter), Side), mirrored: false, target);

    /// <summary>
    /// Random resized crop and mirroring, as Szegedy et al. (2015) introduced it and torchvision does it. The smallest area is
    /// the method's choice: pretrained networks on small data sets do better with gentle crops.
    /// </summary>
    public void Augment(RgbImage image, Random random, double smallestArea, bool mirror, Span<float> target)
    {
        (int left, int top, int width, int height) = DrawCrop(image, random, Math.Max(SmallestArea, smallestArea));
        RgbImage crop = PilResize.Resize(PilResize.Crop(image, left, top, width, height), Side, Side, _filter);
        Normalise(crop, mirror && random.Next(2) == 1, target);
    }

    private static (int Left, int Top, int Width, int Height) DrawCrop(RgbImage image, Random random, double smallestArea)
    {
        double area = (double)image.Width * image.Height;
        for (int attempt = 0; attempt < 10; attempt++)
        {
            double target = area * (smallestArea + (1 - smallestArea) * random.NextDouble());
            double ratio = Math.Exp(Math.Log(WidestRatio) * (2 * random.NextDouble() - 1));
            int width = (int)Math.Round(Math.Sqrt(target * ratio)), height = (int)Math.Round(Math.Sqrt(target / ratio));
            if (width < 1 || height < 1 || width > image.Width || height > image.Height) continue;
            return (random.Next(image.Width - width + 1), random.Next(image.Height - height + 1), width, height);
        }

        int side = image.ShorterSide;
        return ((image.Width - side) / 2, (image.Height - side) / 2, side, side);
    }

    private void Normalise(RgbImage image, bool mirrored, Span<float> target)
    {
        int plane = Side * Side;
        for (int y = 0; y < Side; y++)
        {
            ReadOnlySpan<byte> row = image.Row(y);
            for (int x = 0; x < Side; x++)
            {
                int from = 3 * (mirrored ? Side - 1 - x : x), to = y * Side + x;
                target[to] = _tables[0][row[from]];
                target[plane + to] = _tables[1][row[from + 1]];
                target[2 * plane + to] = _tables[2][row[from + 2]];
            }
        }
    }

    /// <summary>(v / 255 − mean) / std for every byte: a look-up is cheaper than two divisions a pixel.</summary>
    private static float[] Table(float mean, float std) => [.. Enumerable.Range(0, 256).Select(v => (v / 255f - mean) / std)];
}

using System.Buffers;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Imaging;

namespace BlazorTransfer.Training.Inputs;

/// <summary>Turns a decoded image into the network's input: normalised red, green and blue planes, [3, S, S].</summary>
public sealed class ImageTransforms(Preprocessing preprocessing)
{
    // Torchvision's defaults for training: a crop of 8 to 100 % of the area, sides between 3:4 and 4:3.
    private const double SmallestArea = 0.08;
    private const double WidestRatio = 4.0 / 3;

    private readonly PlanarNormaliser _normaliser = new(preprocessing);

    private readonly ResizeFilter _filter = preprocessing.Interpolation switch
    {
        Preprocessing.Bilinear => ResizeFilter.Bilinear,
        Preprocessing.Bicubic => ResizeFilter.Bicubic,
        string other => throw new InvalidDataException($"There is no resize filter named '{other}'."),
    };

    public int Side => preprocessing.CropSize;

    /// <summary>Floats of one input.</summary>
    public int Length => RgbImage.Channels * Side * Side;

    /// <summary>Names all that decides the pixels of <see cref="EvaluationCrop"/>.</summary>
    public string EvaluationKey { get; } =
        $"evaluation {preprocessing.ResizeShorterSide} {preprocessing.CropSize} {preprocessing.Interpolation}";

    /// <summary>What evaluation sees: shorter side resized, middle cut out.</summary>
    public void Evaluate(RgbImage image, Span<float> target)
    {
        (int width, int height) = PilResize.ShorterSide(image.Width, image.Height, preprocessing.ResizeShorterSide);
        Transform(
            image,
            new PixelArea(0, 0, image.Width, image.Height),
            width,
            height,
            PixelArea.Centre(width, height, Side),
            mirrored: false,
            target
        );
    }

    /// <summary>The pixels of <see cref="Evaluate"/> before they are normalised, S × S, decoding no more of a file than they
    /// need.</summary>
    /// <param name="file">The picture's file.</param>
    /// <param name="region">The part of the upright picture that is taken for the whole; null for all of it.</param>
    /// <exception cref="ImageException">The file is no picture that can be used.</exception>
    public RgbImage EvaluationCrop(byte[] file, PixelArea? region = null)
    {
        DecodedImage decoded = region is { } area
            ? new DecodedImage(ImageDecoder.DecodeRegion(file, area))
            : ImageDecoder.DecodeRows(
                file,
                (width, height) =>
                {
                    (int resizedWidth, int resizedHeight) = PilResize.ShorterSide(width, height, preprocessing.ResizeShorterSide);
                    PixelArea centre = PixelArea.Centre(resizedWidth, resizedHeight, Side);
                    return PilResize.NeededRows(height, resizedHeight, centre.Top, centre.Height, _filter);
                }
            );
        (int width, int height) = PilResize.ShorterSide(decoded.Width, decoded.Height, preprocessing.ResizeShorterSide);
        var crop = new RgbImage(Side, Side);
        PilResize.Resample(decoded.Image, decoded.Whole, width, height, PixelArea.Centre(width, height, Side), _filter, crop.Pixels);
        return crop;
    }

    /// <summary>Normalises S × S pixels.</summary>
    public void Normalise(RgbImage crop, Span<float> target) => _normaliser.Normalise(crop.Pixels, Side, mirrored: false, target);

    /// <summary>
    /// Random resized crop and mirroring, as Szegedy et al. (2015) introduced it and torchvision does it. The smallest area is
    /// the method's choice: pretrained networks on small data sets do better with gentle crops.
    /// </summary>
    public void Augment(RgbImage image, Random random, double smallestArea, bool mirror, Span<float> target)
    {
        PixelArea crop = DrawCrop(image, random, Math.Max(SmallestArea, smallestArea));
        Transform(image, crop, Side, Side, new PixelArea(0, 0, Side, Side), mirror && random.Next(2) == 1, target);
    }

    private static PixelArea DrawCrop(RgbImage image, Random random, double smallestArea)
    {
        double area = (double)image.Width * image.Height;
        for (int attempt = 0; attempt < 10; attempt++)
        {
            double target = area * (smallestArea + (1 - smallestArea) * random.NextDouble());
            double ratio = Math.Exp(Math.Log(WidestRatio) * (2 * random.NextDouble() - 1));
            int width = (int)Math.Round(Math.Sqrt(target * ratio)),
                height = (int)Math.Round(Math.Sqrt(target / ratio));
            if (width < 1 || height < 1 || width > image.Width || height > image.Height)
                continue;
            return new PixelArea(random.Next(image.Width - width + 1), random.Next(image.Height - height + 1), width, height);
        }

        int side = image.ShorterSide;
        return new PixelArea((image.Width - side) / 2, (image.Height - side) / 2, side, side);
    }

    private void Transform(RgbImage image, PixelArea source, int width, int height, PixelArea window, bool mirrored, Span<float> target)
    {
        byte[] pixels = ArrayPool<byte>.Shared.Rent(Length);
        PilResize.Resample(image, source, width, height, window, _filter, pixels);
        _normaliser.Normalise(pixels, Side, mirrored, target);
        ArrayPool<byte>.Shared.Return(pixels);
    }
}

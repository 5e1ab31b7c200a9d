using BlazorTransfer.Training.Augmentation;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Augmentation;

/// <summary>Changes of geometry, sharpness and what is put into images.</summary>
public sealed class ShapeOperationsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void Warp_ByQuarterTurns_MovesPixelsExactly(int side)
    {
        Tensor images = Pictures.Random(1, side);

        Tensor Turned(double degrees) => Pictures.Apply(GeometryOperations.Warp, images, Homography.Rotation(degrees));

        Assert.Equal(0, Pictures.Distance(images, Turned(0)), 1e-5);
        Assert.Equal(0, Pictures.Distance(images.rot90(1, (2, 3)), Turned(90)), 1e-5);
        Assert.Equal(0, Pictures.Distance(images.flip(2, 3), Turned(180)), 1e-5);
        Assert.Equal(0, Pictures.Distance(images, Turned(360)), 1e-5);
    }

    [Fact]
    public void Warp_ByWholePixels_ShiftsAndMirrorsWhatComesIn()
    {
        Tensor images = Pictures.Random(1, 8);

        Tensor shifted = Pictures.Apply(GeometryOperations.Warp, images, Homography.Translation(2.0 / 8, 0));

        Assert.Equal(0, Pictures.Distance(images.narrow(3, 2, 6), shifted.narrow(3, 0, 6)), 1e-5);
        // Beyond the edge, the image as in a mirror.
        Assert.Equal(0, Pictures.Distance(images.narrow(3, 6, 2).flip(3), shifted.narrow(3, 6, 2)), 1e-5);
    }

    [Fact]
    public void Perspective_TakesTheCornersFromWhereTheyMoved_AndLinesStayLines()
    {
        double[] inward = [0.1, 0.2, 0.3, 0.4, 0.5, 0.05, 0.15, 0.25];

        double[] map = Homography.Perspective(inward);

        AssertMaps(map, (-1, -1), (-0.9, -0.8));
        AssertMaps(map, (1, -1), (0.7, -0.6));
        AssertMaps(map, (1, 1), (0.5, 0.95));
        AssertMaps(map, (-1, 1), (-0.85, 0.75));
        // What lies on a line before lies on one after: the determinant of three points is zero.
        (double X, double Y)[] line = [.. new[] { -0.5, 0.1, 0.9 }.Select(t => Map(map, (t, 0.3 * t - 0.2)))];
        Assert.Equal(0, (line[1].X - line[0].X) * (line[2].Y - line[0].Y) - (line[2].X - line[0].X) * (line[1].Y - line[0].Y), 12);
        AssertMaps(Homography.Perspective(new double[8]), (0.3, -0.7), (0.3, -0.7));
    }

    [Fact]
    public void VerticalFlip_Twice_IsTheImageToTheBit()
    {
        Tensor images = Pictures.Random(2, 5);

        Tensor flipped = Pictures.Apply(GeometryOperations.VerticalFlip, images, [], []);

        Assert.Equal(0, Pictures.Distance(images.narrow(2, 0, 1), flipped.narrow(2, 4, 1)));
        Assert.Equal(0, Pictures.Distance(images, Pictures.Apply(GeometryOperations.VerticalFlip, flipped, [], [])));
    }

    [Fact]
    public void Blur_OfAPoint_IsTheGaussian_AndOfOthersInTheBatchIndependent()
    {
        Tensor points = zeros(2, 3, 21, 21);
        points[.., .., 10, 10] = tensor(1f);

        Tensor blurred = Pictures.Apply(FilterOperations.Blur, points, [1.5], [3]);

        double At(int distance) =>
            Math.Exp(-distance * distance / (2 * 1.5 * 1.5)) / Enumerable.Range(-5, 11).Sum(x => Math.Exp(-x * x / (2 * 1.5 * 1.5)));
        Assert.Equal(At(0) * At(0), blurred[0, 0, 10, 10].item<float>(), 1e-6);
        Assert.Equal(At(2) * At(3), blurred[0, 2, 12, 7].item<float>(), 1e-6);
        Assert.Equal(1, blurred[0, 1].sum().item<float>(), 1e-5);
        Assert.Equal(0, Pictures.Distance(blurred[0], Pictures.Apply(FilterOperations.Blur, points.narrow(0, 0, 1), [1.5])[0]), 1e-7);
        // The largest one on the smallest image, where it reaches further than the image.
        Assert.True(Pictures.Apply(FilterOperations.Blur, Pictures.Random(1, 4), [10]).isfinite().all().item<bool>());
    }

    [Fact]
    public void Sharpness_LeavesTheEdgePixels_AndFlatAreas()
    {
        Tensor images = Pictures.Random(1, 6),
            flat = full([1, 3, 6, 6], 0.3f);

        Tensor soft = Pictures.Apply(FilterOperations.Sharpness, images, [0]);

        Assert.Equal(0, Pictures.Distance(images.narrow(2, 0, 1), soft.narrow(2, 0, 1)), 1e-6);
        Tensor around = images[0, 1].narrow(0, 1, 3).narrow(1, 2, 3);
        Assert.Equal((around.sum().item<float>() + 4 * images[0, 1, 2, 3].item<float>()) / 13, soft[0, 1, 2, 3].item<float>(), 1e-6);
        Assert.Equal(0, Pictures.Distance(flat, Pictures.Apply(FilterOperations.Sharpness, flat, [1.8])), 1e-6);
    }

    [Fact]
    public void Noise_HasItsDeviation_AndComesFromItsSeed()
    {
        Tensor grey = full([2, 3, 64, 64], 0.5f);

        Tensor noisy = Pictures.Apply(NoiseOperations.Noise, grey, [0.1, 7], [0.02, 7]);

        Assert.Equal(0.1, noisy[0].std().item<float>(), 3e-3);
        Assert.Equal(0.5, noisy[0].mean().item<float>(), 3e-3);
        // The same grain, a fifth as strong.
        Assert.Equal(0, Pictures.Distance((noisy[0] - 0.5) * 0.2, noisy[1] - 0.5), 1e-4);
        Assert.NotEqual(0, Pictures.Distance(noisy[0], Pictures.Apply(NoiseOperations.Noise, grey.narrow(0, 0, 1), [0.1, 8])[0]));
    }

    [Fact]
    public void Erase_FillsItsRectangle_AndNothingElse()
    {
        Tensor black = zeros(1, 3, 20, 20);

        Tensor erased = Pictures.Apply(NoiseOperations.Erase, black, [0.1, 0.5, 0.4, 0.2, 3]);

        Assert.Equal(8 * 4, erased[0].amax([0]).gt(0).sum().item<long>());
        Assert.True(erased[0, 0].narrow(0, 10, 4).narrow(1, 2, 8).std().item<float>() > 0.2);
    }

    [Fact]
    public void DrawErased_StaysInsideAndTakesTheAreasOfThePaper()
    {
        var random = new Random(1);

        double[][] drawn = [.. Enumerable.Range(0, 2000).Select(_ => Rectangle.DrawErased(random))];

        Assert.All(drawn, r => Assert.True(r[0] >= 0 && r[1] >= 0 && r[0] + r[2] <= 1 && r[1] + r[3] <= 1));
        Assert.All(drawn, r => Assert.InRange(r[2] * r[3], 0.0199, 0.3301));
        Assert.InRange(drawn.Average(r => r[2] * r[3]), 0.15, 0.19);
    }

    private static (double X, double Y) Map(double[] m, (double X, double Y) p)
    {
        double w = m[6] * p.X + m[7] * p.Y + m[8];
        return ((m[0] * p.X + m[1] * p.Y + m[2]) / w, (m[3] * p.X + m[4] * p.Y + m[5]) / w);
    }

    private static void AssertMaps(double[] map, (double X, double Y) from, (double X, double Y) to)
    {
        (double x, double y) = Map(map, from);
        Assert.Equal(to.X, x, 12);
        Assert.Equal(to.Y, y, 12);
    }
}

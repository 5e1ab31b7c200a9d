using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Inputs;

namespace BlazorTransfer.Training.Tests.Images;

/// <summary>Bytes to normalised planes.</summary>
public sealed class PlanarNormaliserTests
{
    private static readonly Preprocessing Shape = Preprocessing.ImageNet;

    // Sides with and without something left over behind the vectors.
    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(61)]
    [InlineData(64)]
    public void Normalised_IsTheFormulaToTheBit_AndMirroredTheSameFromRightToLeft(int side)
    {
        byte[] pixels = new byte[3 * side * side];
        new Random(1).NextBytes(pixels);
        var normaliser = new PlanarNormaliser(Shape);
        float[] plain = new float[pixels.Length],
            mirrored = new float[pixels.Length];

        normaliser.Normalise(pixels, side, mirrored: false, plain);
        normaliser.Normalise(pixels, side, mirrored: true, mirrored);

        Assert.Equal(
            Enumerable
                .Range(0, pixels.Length)
                .Select(i => (c: i / (side * side), at: i % (side * side)))
                .Select(p => (pixels[3 * p.at + p.c] / 255f - Shape.Mean[p.c]) / Shape.Std[p.c]),
            plain
        );
        Assert.Equal(plain.Chunk(side).SelectMany(row => row.Reverse()), mirrored);
    }
}

using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Augmentation;

/// <summary>Changes that put random pixels into an image. They come from a seed of the image's own, on the CPU, so that each device gets
/// the same.</summary>
internal static class NoiseOperations
{
    /// <summary>Adds Gaussian noise.</summary>
    /// <param name="images">[N, 3, S, S].</param>
    /// <param name="amounts">Standard deviation and seed.</param>
    public static Tensor Noise(Tensor images, Amounts amounts)
    {
        Tensor noise = Drawn(images, amounts, seedAt: 1, (size, generator) => randn(size, generator: generator));
        return images.Plus(noise.mul(amounts.Column())).Clamp(0, 1);
    }

    /// <summary>Replaces a rectangle by noise between 0 and 1 (Zhong et al., "Random Erasing Data Augmentation", 2017).</summary>
    /// <param name="images">[N, 3, S, S].</param>
    /// <param name="amounts">Left, top, width and height in shares of the side, and seed.</param>
    public static Tensor Erase(Tensor images, Amounts amounts)
    {
        int side = (int)images.shape[3];
        Tensor noise = Drawn(images, amounts, seedAt: 4, (size, generator) => rand(size, generator: generator));
        Tensor erased = images.clone();
        for (int i = 0; i < amounts.Count; i++)
        {
            (int left, int top, int width, int height) = Rectangle.Pixels(amounts[i], side);
            Tensor Part(Tensor of) => of.narrow(0, i, 1).narrow(2, top, height).narrow(3, left, width);
            Part(erased).copy_(Part(noise));
        }

        return erased;
    }

    private static Tensor Drawn(Tensor images, Amounts amounts, int seedAt, Func<long[], Generator, Tensor> draw)
    {
        var noise = new List<Tensor>();
        for (int i = 0; i < amounts.Count; i++)
        {
            using var generator = new Generator((ulong)amounts[i][seedAt]);
            noise.Add(draw(images.shape[1..], generator));
        }

        return stack(noise).to(amounts.Device);
    }
}

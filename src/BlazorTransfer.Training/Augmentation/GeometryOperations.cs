using static TorchSharp.torch;

namespace BlazorTransfer.Training.Augmentation;

/// <summary>Changes of where things are.</summary>
internal static class GeometryOperations
{
    /// <summary>Mirrors top to bottom, to the bit.</summary>
    public static Tensor VerticalFlip(Tensor images, Amounts none) => images.flip(2);

    /// <summary>
    /// Takes each pixel from where a <see cref="Homography"/> says, between pixels bilinearly; beyond the edge the image is mirrored, as
    /// black corners would be something to learn.
    /// </summary>
    public static Tensor Warp(Tensor images, Amounts homographies)
    {
        (long n, long side) = (images.shape[0], images.shape[2]);
        Tensor matrices = tensor(
            [.. Enumerable.Range(0, homographies.Count).SelectMany(i => homographies[i]).Select(v => (float)v)],
            [n, 3, 3],
            device: homographies.Device
        );
        Tensor from = matmul(Centres((int)side, homographies.Device), matrices.transpose(1, 2)); // [N, S², 3]
        Tensor grid = from.narrow(2, 0, 2).div(from.narrow(2, 2, 1)).reshape(n, side, side, 2);
        return nn.functional.grid_sample(images, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Reflection, align_corners: false);
    }

    /// <summary>(x, y, 1) of each pixel's centre, row by row, in a square from −1 to 1: [S², 3].</summary>
    private static Tensor Centres(int side, Device device)
    {
        float At(int i) => (2 * i + 1f) / side - 1;
        return tensor(
            [.. Enumerable.Range(0, side * side).SelectMany(i => new[] { At(i % side), At(i / side), 1f })],
            [side * side, 3],
            device: device
        );
    }
}

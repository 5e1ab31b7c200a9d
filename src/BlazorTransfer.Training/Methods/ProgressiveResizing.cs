using BlazorTransfer.Core.Catalog;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Training images that grow over the epochs: early ones cost less and lose little (Howard et al., fastai's entry to DAWNBench, 2018;
/// Tan and Le, "EfficientNetV2", 2021, section 4). The side grows linearly over the first two thirds of the epochs.
/// </summary>
internal static class ProgressiveResizing
{
    private const string Name = ParameterNames.FirstImageSize;

    // The last third of the epochs sees the full size, so that the network ends on what it will be asked.
    private const double GrowingShare = 2.0 / 3;

    // Sides are multiples of what most networks reduce an image by, or a part of the input is padding.
    private const int SizeStep = 16;

    public static ParameterSpec Parameter { get; } =
        new()
        {
            Name = Name,
            DisplayName = "First image size",
            Kind = ParameterKind.Integer,
            Default = 0,
            Minimum = 0,
            Maximum = 1024,
            Unit = "pixels",
            Advanced = true,
            Help =
                "Image size in the first epoch; it grows to the full size over two thirds of the epochs, which saves "
                + "time on much data. Needs augmentation. 0 keeps the full size.",
        };

    /// <summary>Side of the training images, in pixels.</summary>
    /// <param name="settings">Of the run.</param>
    /// <param name="size">The run's full side.</param>
    /// <param name="epoch">From 1.</param>
    /// <param name="epochs">Of the run.</param>
    public static int Side(ParameterSet settings, int size, int epoch, int epochs)
    {
        int first = settings.Integer(Name);
        if (first == 0 || first >= size)
            return size;
        double progress = (epoch - 1) / Math.Max(1, GrowingShare * epochs);
        return progress >= 1 ? size : Math.Min(size, first + (int)((size - first) * progress) / SizeStep * SizeStep);
    }
}

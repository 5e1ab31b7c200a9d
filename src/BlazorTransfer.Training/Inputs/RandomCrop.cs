using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Settings;

namespace BlazorTransfer.Training.Inputs;

/// <summary>What is drawn while an image is read.</summary>
/// <param name="SmallestArea">Least share of the image's area that a crop takes.</param>
/// <param name="Mirrors">Whether every other image is mirrored left to right.</param>
internal sealed record RandomCrop(double SmallestArea, bool Mirrors)
{
    /// <summary>What the settings say; null where images are read as for evaluation.</summary>
    /// <exception cref="TrainingException">There is no such choice.</exception>
    public static RandomCrop? From(ParameterSet settings) =>
        settings.Choice(CommonParameters.Augmentation) switch
        {
            "none" => null,
            "light" => new RandomCrop(SmallestArea: 0.5, Mirrors: true),
            "light-no-mirror" => new RandomCrop(SmallestArea: 0.5, Mirrors: false),
            "medium" => new RandomCrop(SmallestArea: 0.25, Mirrors: true),
            "strong" => new RandomCrop(SmallestArea: 0.08, Mirrors: true),
            string other => throw TrainingException.BadInput("settings.unknown-augmentation", $"There is no augmentation '{other}'."),
        };

    public InputReader Reader(ImageStore images, Preprocessing preprocessing)
    {
        var transforms = new ImageTransforms(preprocessing);
        return new InputReader(
            transforms.Side,
            (sample, random, target) => transforms.Augment(images.Working(sample), random, SmallestArea, Mirrors, target)
        );
    }
}

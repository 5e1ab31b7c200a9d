using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Settings;

namespace BlazorTransfer.Training.Augmentation;

/// <summary>
/// Draws what happens to an image from the settings. What is off draws its numbers as well, so that the same seed at another strength
/// gives the same changes, only weaker or stronger.
/// </summary>
internal sealed class RecipeDraw(ParameterSet settings)
{
    // Torchvision's usual jitter is 0.4 of the saturation with 0.1 of the hue circle.
    private const double HueShare = 0.25;

    public Recipe Draw(Random random)
    {
        // Streams of their own, as these draw a varying count of numbers.
        Random policy = new(random.Next()),
            erasing = new(random.Next());
        IReadOnlyList<Branch> branches = AugmentationPolicy.Draw(
            settings.Choice(AugmentationParameters.Policy),
            settings.Number(AugmentationParameters.PolicyStrength),
            policy
        );
        return new Recipe(
            branches,
            [
                random.NextDouble() < 0.5 && settings.Boolean(AugmentationParameters.VerticalFlip)
                    ? new Step(GeometryOperations.VerticalFlip)
                    : null,
                DrawWarp(random),
                Factor(ColourOperations.Brightness, AugmentationParameters.Light, random),
                Factor(ColourOperations.Contrast, AugmentationParameters.Light, random),
                Factor(ColourOperations.Saturation, AugmentationParameters.Colour, random),
                Amount(ColourOperations.Hue, HueShare * settings.Number(AugmentationParameters.Colour) * Sway(random)),
                random.NextDouble() < settings.Number(AugmentationParameters.Grey) ? new Step(ColourOperations.Grey) : null,
                Amount(FilterOperations.Blur, settings.Number(AugmentationParameters.Blur) * random.NextDouble()),
                Factor(FilterOperations.Sharpness, AugmentationParameters.Sharpness, random),
                Amount(NoiseOperations.Noise, settings.Number(AugmentationParameters.Noise) * random.NextDouble(), random.Next()),
                erasing.NextDouble() < settings.Number(AugmentationParameters.Erasing)
                    ? new Step(NoiseOperations.Erase, [.. Rectangle.DrawErased(erasing), erasing.Next()])
                    : null,
            ]
        );
    }

    /// <summary>Rotation and perspective in one, so that pixels are interpolated once.</summary>
    private Step? DrawWarp(Random random)
    {
        double degrees = settings.Number(AugmentationParameters.Rotation) * Sway(random),
            inward = settings.Number(AugmentationParameters.Perspective);
        double[] corners = [.. Enumerable.Range(0, 8).Select(_ => inward * random.NextDouble())];
        if (degrees == 0 && inward == 0)
            return null;
        return new Step(GeometryOperations.Warp, Homography.Product(Homography.Rotation(degrees), Homography.Perspective(corners)));
    }

    private Step? Factor(PixelOperation operation, string parameter, Random random)
    {
        double change = settings.Number(parameter) * Sway(random);
        return change == 0 ? null : new Step(operation, 1 + change);
    }

    private static Step? Amount(PixelOperation operation, double amount, params double[] more) =>
        amount == 0 ? null : new Step(operation, [amount, .. more]);

    /// <summary>−1…1.</summary>
    private static double Sway(Random random) => 2 * random.NextDouble() - 1;
}

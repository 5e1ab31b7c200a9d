using BlazorTransfer.Training.Foundation;

namespace BlazorTransfer.Training.Augmentation;

/// <summary>
/// Draws the branches of a policy, with the operations and ranges of torchvision:
/// RandAugment (Cubuk et al., "RandAugment: Practical automated data augmentation with a reduced search space", 2019),
/// TrivialAugmentWide (Müller and Hutter, "TrivialAugment: Tuning-free Yet State-of-the-Art Data Augmentation", 2021) and
/// AugMix (Hendrycks et al., "AugMix: A Simple Data Processing Method to Improve Robustness and Uncertainty", 2020, without its consistency
/// loss).
/// </summary>
internal static class AugmentationPolicy
{
    private const int RandAugmentSteps = 2;
    private const int TrivialAugmentLevels = 30;
    private const int AugMixChains = 3;
    private const int AugMixLongestChain = 3;

    private static readonly Ranges RandAugmentRanges = new(Shear: 0.3, Translation: 150.0 / 331, Degrees: 30, Colour: 0.9, LostBits: 4);
    private static readonly Ranges WideRanges = new(Shear: 0.99, Translation: 32.0 / 224, Degrees: 135, Colour: 0.99, LostBits: 6);
    private static readonly Ranges AugMixRanges = new(Shear: 0.3, Translation: 1.0 / 3, Degrees: 30, Colour: 0, LostBits: 4);

    // AugMix leaves out what resembles the corruptions that it is tested on, and that is what changes colours.
    private static readonly Func<Ranges, double, double, Step?>[] Robust =
    [
        (r, m, sign) => Warp(Homography.Shear(sign * m * r.Shear, 0)),
        (r, m, sign) => Warp(Homography.Shear(0, sign * m * r.Shear)),
        (r, m, sign) => Warp(Homography.Translation(sign * m * r.Translation, 0)),
        (r, m, sign) => Warp(Homography.Translation(0, sign * m * r.Translation)),
        (r, m, sign) => Warp(Homography.Rotation(sign * m * r.Degrees)),
        (r, m, _) => new Step(ToneOperations.Posterize, 8 - Math.Round(m * r.LostBits)),
        (_, m, _) => new Step(ToneOperations.Solarize, 1 - m),
        (_, _, _) => new Step(ToneOperations.AutoContrast),
        (_, _, _) => new Step(ToneOperations.Equalize),
    ];

    private static readonly Func<Ranges, double, double, Step?>[] All =
    [
        .. Robust,
        (_, _, _) => null,
        (r, m, sign) => new Step(ColourOperations.Brightness, 1 + sign * m * r.Colour),
        (r, m, sign) => new Step(ColourOperations.Saturation, 1 + sign * m * r.Colour),
        (r, m, sign) => new Step(ColourOperations.Contrast, 1 + sign * m * r.Colour),
        (r, m, sign) => new Step(FilterOperations.Sharpness, 1 + sign * m * r.Colour),
    ];

    /// <param name="name">The choice of the parameter.</param>
    /// <param name="strength">0…1.</param>
    /// <param name="random">The image's own.</param>
    public static IReadOnlyList<Branch> Draw(string name, double strength, Random random) =>
        name switch
        {
            "none" => [],
            "randaugment" =>
            [
                new Branch(1, [.. Enumerable.Range(0, RandAugmentSteps).Select(_ => Draw(All, RandAugmentRanges, strength, random))]),
            ],
            "trivialaugment-wide" =>
            [
                new Branch(1, [Draw(All, WideRanges, random.Next(TrivialAugmentLevels + 1) / (double)TrivialAugmentLevels, random)]),
            ],
            "augmix" => DrawAugMix(strength, random),
            _ => throw TrainingException.BadInput("settings.unknown-policy", $"There is no policy '{name}'."),
        };

    /// <summary>(1 − m) · x + m · Σ wᵢ · chainᵢ(x), with m from Beta(1, 1) and w from Dirichlet(1, 1, 1).</summary>
    private static Branch[] DrawAugMix(double strength, Random random)
    {
        double blended = random.NextDouble();
        double[] weights = [.. Enumerable.Range(0, AugMixChains).Select(_ => -Math.Log(1 - random.NextDouble()))];
        double sum = weights.Sum();
        Branch Chain(double weight)
        {
            int length = random.Next(1, AugMixLongestChain + 1);
            return new Branch(
                blended * weight / sum,
                [.. Enumerable.Range(0, length).Select(_ => Draw(Robust, AugMixRanges, strength * random.NextDouble(), random))]
            );
        }

        return [new Branch(1 - blended, []), .. weights.Select(Chain)];
    }

    private static Step? Draw(Func<Ranges, double, double, Step?>[] operations, Ranges ranges, double magnitude, Random random) =>
        operations[random.Next(operations.Length)](ranges, magnitude, random.Next(2) == 1 ? 1 : -1);

    private static Step Warp(double[] homography) => new(GeometryOperations.Warp, homography);

    /// <summary>How far each change goes at full strength.</summary>
    private sealed record Ranges(double Shear, double Translation, double Degrees, double Colour, int LostBits);
}

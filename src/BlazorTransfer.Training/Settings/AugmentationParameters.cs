using BlazorTransfer.Core.Catalog;

namespace BlazorTransfer.Training.Settings;

/// <summary>Hyper-parameters of what happens to training images beyond cropping and mirroring; every one is off unless somebody turns it
/// on.</summary>
public static class AugmentationParameters
{
    public const string Light = "light";
    public const string Colour = "colour";
    public const string Grey = "grey";
    public const string Rotation = "rotation";
    public const string Perspective = "perspective";
    public const string VerticalFlip = "vertical-flip";
    public const string Blur = "blur";
    public const string Sharpness = "sharpness";
    public const string Noise = "noise";
    public const string Erasing = "random-erasing";
    public const string Policy = "policy";
    public const string PolicyStrength = "policy-strength";
    public const string MixUp = "mixup";
    public const string CutMix = "cutmix";

    public static IReadOnlyList<ParameterSpec> All { get; } =
    [
        Number(
            Light,
            "Light",
            1,
            null,
            "Brightness and contrast change by up to this share. For photographs under changing light; 0.2 is little, 0.4 is usual."
        ),
        Number(
            Colour,
            "Colour",
            1,
            null,
            "Saturation changes by up to this share, and hue by up to a quarter of it around the colour circle. Not where "
                + "colours tell the classes apart."
        ),
        Number(Grey, "Grey", 1, "probability", "Share of the images that lose their colours, so that shape has to do."),
        Number(
            Rotation,
            "Rotation",
            180,
            "degrees",
            "Images turn by up to this, either way; what comes in at the corners is mirrored. 180 where there is no up and "
                + "down, as under a microscope."
        ),
        Number(
            Perspective,
            "Perspective",
            0.8,
            null,
            "Images look as if taken from the side: each corner moves inward by up to this share of half the side. 0.3 is a visible tilt."
        ),
        new ParameterSpec
        {
            Name = VerticalFlip,
            DisplayName = "Turn upside down",
            Section = ParameterSections.Augmentation,
            Kind = ParameterKind.Boolean,
            Default = false,
            Advanced = true,
            Help = "Every other image is mirrored top to bottom. For pictures from above, where up means nothing.",
        },
        Number(
            Blur,
            "Blur",
            10,
            "pixels",
            "Out of focus: the standard deviation of a Gaussian is drawn between 0 and this. 2 is clearly soft at 224 pixels."
        ),
        Number(
            Sharpness,
            "Sharpness",
            1,
            null,
            "Edges become softer or crisper by up to this share, for cameras that sharpen differently."
        ),
        Number(
            Noise,
            "Noise",
            0.5,
            "of the range",
            "Grain as in dim light: its standard deviation is drawn between 0 and this. 0.05 is visible."
        ),
        Number(
            Erasing,
            "Random erasing",
            1,
            "probability",
            "Share of the images in which a rectangle of 2 to 33 % of the area becomes noise, so that no single part decides "
                + "(Zhong et al., 2017). 0.25 is usual."
        ),
        new ParameterSpec
        {
            Name = Policy,
            DisplayName = "Policy",
            Section = ParameterSections.Augmentation,
            Kind = ParameterKind.Choice,
            Default = "none",
            Advanced = true,
            Help = "A published mix of many changes, instead of choosing them one by one.",
            Choices =
            [
                new ParameterChoice("none", "None", "Only what is set above."),
                new ParameterChoice(
                    "randaugment",
                    "RandAugment",
                    "Two changes of fourteen for each image, at one strength (Cubuk et al., 2019)."
                ),
                new ParameterChoice(
                    "trivialaugment-wide",
                    "TrivialAugmentWide",
                    "One change for each image, at a strength drawn anew: nothing to tune (Müller and Hutter, 2021)."
                ),
                new ParameterChoice(
                    "augmix",
                    "AugMix",
                    "Three chains of changes blended into the image: milder, and against noise and weather later (Hendrycks et al., 2020)."
                ),
            ],
        },
        Number(
            PolicyStrength,
            "Policy strength",
            1,
            null,
            "Of RandAugment and AugMix; 0.3 is what their papers take. TrivialAugmentWide draws it for each image."
        ) with
        {
            Default = 0.3,
        },
        Number(
            MixUp,
            "MixUp",
            2,
            "alpha",
            "Blends pairs of images and their classes, by a share from Beta(alpha, alpha) (Zhang et al., 2017). 0.2 is usual; "
                + "for long trainings. 0 is off."
        ),
        Number(
            CutMix,
            "CutMix",
            2,
            "alpha",
            "Pastes a rectangle of another image, and its class by the area, a share from Beta(alpha, alpha) (Yun et al., "
                + "2019). 1 is usual. With MixUp, each image takes one of the two."
        ),
    ];

    /// <summary>Whether images change beyond cropping and mirroring.</summary>
    public static bool AreOn(ParameterSet settings) =>
        All.Any(spec => spec.Name != PolicyStrength && settings.Values[spec.Name] != spec.Default);

    /// <summary>The same settings with each picture as it is, cropping and mirroring included.</summary>
    public static ParameterSet Off(ParameterSet settings) =>
        settings.With([(CommonParameters.Augmentation, "none"), .. All.Select(spec => (spec.Name, spec.Default))]);

    /// <summary>All that decides what is drawn for an image.</summary>
    internal static IReadOnlyList<KeyValuePair<string, ParameterValue>> Drawn(ParameterSet settings) =>
        [
            .. All.Select(spec => spec.Name)
                .Prepend(CommonParameters.Augmentation)
                .Select(name => KeyValuePair.Create(name, settings.Values[name])),
        ];

    private static ParameterSpec Number(string name, string displayName, double maximum, string? unit, string help) =>
        new()
        {
            Name = name,
            DisplayName = displayName,
            Section = ParameterSections.Augmentation,
            Kind = ParameterKind.Number,
            Default = 0.0,
            Minimum = 0,
            Maximum = maximum,
            Unit = unit,
            Advanced = true,
            Help = help,
        };
}

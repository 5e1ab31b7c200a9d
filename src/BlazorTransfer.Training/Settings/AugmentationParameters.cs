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
            "Brightness and contrast",
            1,
            null,
            "Changes brightness and contrast by up to this share, for changing light. 0.2 is little, 0.4 is " + "usual."
        ),
        Number(
            Colour,
            "Colour",
            1,
            null,
            "Changes saturation by up to this share, and hue by up to a quarter of it. Leave at 0 if colours " + "separate the classes."
        ),
        Number(
            Grey,
            "Grey",
            1,
            "probability",
            "Share of the images that lose their colours. Raise it if shape should matter more than colour."
        ),
        Number(
            Rotation,
            "Rotation",
            180,
            "degrees",
            "Turns images by up to this angle; corners are filled by mirroring. 180 where there is no up and "
                + "down, as under a microscope."
        ),
        Number(
            Perspective,
            "Perspective",
            0.8,
            null,
            "Tilts images: each corner moves inward by up to this share of half the side. 0.3 is a visible tilt."
        ),
        new ParameterSpec
        {
            Name = VerticalFlip,
            DisplayName = "Vertical flip",
            Section = ParameterSections.Augmentation,
            Kind = ParameterKind.Boolean,
            Default = false,
            Advanced = true,
            Help = "Flips every other image top to bottom. For pictures from above.",
        },
        Number(
            Blur,
            "Blur",
            10,
            "pixels",
            "Blurs images by a Gaussian whose standard deviation is drawn between 0 and this. 2 is clearly soft " + "at 224 pixels."
        ),
        Number(Sharpness, "Sharpness", 1, null, "Softens or sharpens edges by up to this share, for cameras that sharpen differently."),
        Number(
            Noise,
            "Noise",
            0.5,
            "of the range",
            "Adds grain as in dim light: its standard deviation is drawn between 0 and this. 0.05 is visible."
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
            DisplayName = "Augmentation policy",
            Section = ParameterSections.Augmentation,
            Kind = ParameterKind.Choice,
            Default = "none",
            Advanced = true,
            Help = "A published mix of changes, instead of choosing them one by one.",
            Choices =
            [
                new ParameterChoice("none", "None", "Only the settings above."),
                new ParameterChoice(
                    "randaugment",
                    "RandAugment",
                    "Two of fourteen changes for each image, at one strength (Cubuk et al., 2019)."
                ),
                new ParameterChoice(
                    "trivialaugment-wide",
                    "TrivialAugmentWide",
                    "One change for each image, at a random strength: nothing to tune (Müller and Hutter, 2021)."
                ),
                new ParameterChoice(
                    "augmix",
                    "AugMix",
                    "Three chains of changes blended into the image: milder, against noise and weather in use (Hendrycks "
                        + "et al., 2020)."
                ),
            ],
        },
        Number(
            PolicyStrength,
            "Policy strength",
            1,
            null,
            "Strength of RandAugment and AugMix; their papers use 0.3. TrivialAugmentWide draws it for each " + "image."
        ) with
        {
            Default = 0.3,
        },
        Number(
            MixUp,
            "MixUp",
            2,
            "alpha",
            "Blends pairs of images and their classes, with a share from Beta(alpha, alpha) (Zhang et al., "
                + "2017). 0.2 is usual, for long training; 0 turns it off."
        ),
        Number(
            CutMix,
            "CutMix",
            2,
            "alpha",
            "Pastes a rectangle of another image and mixes the classes by area, with a share from Beta(alpha, "
                + "alpha) (Yun et al., 2019). 1 is usual. With MixUp, each image gets one of the two."
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

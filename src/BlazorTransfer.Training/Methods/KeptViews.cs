using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Training.Augmentation;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Views of each training image that go through the frozen layers once and are kept, where otherwise all epochs send new ones. For methods
/// whose
/// frozen part may be followed by augmentation.
/// </summary>
internal static class KeptViews
{
    public const string Name = "kept-views";

    public static ParameterSpec Parameter { get; } =
        new()
        {
            Name = Name,
            DisplayName = "Kept views per image",
            Section = ParameterSections.Augmentation,
            Kind = ParameterKind.Integer,
            Default = 0,
            Minimum = 0,
            Maximum = 100,
            Unit = "views",
            Advanced = true,
            Help =
                "Number of augmented views of each image whose frozen features are computed once and reused, which "
                + "saves time over many epochs. 0 computes new ones in each epoch. Not with MixUp, CutMix or growing "
                + "images.",
        };

    /// <summary>How many views a stage keeps.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="frozen">Layer groups that are frozen in it.</param>
    /// <param name="side">The run's full image size.</param>
    /// <returns>0 for none; and why none are, in words, though some were asked for.</returns>
    public static (int Count, Message? WhyNone) Of(TrainingStage stage, int frozen, int side)
    {
        if (!stage.Augments || Asked(stage.Settings) is 0)
            return (0, null);
        if (frozen == 0)
            return (0, Message.Of("views.nothing-frozen", $"No views are kept, because no layers are frozen."));
        if (new Mixing(stage.Settings).IsOn)
            return (0, Message.Of("views.mixing", $"No views are kept, because MixUp and CutMix mix other images in each epoch."));
        if (stage.Method.ImageSize(side, 1, stage.Epochs) != side)
            return (0, Message.Of("views.growing", $"No views are kept, because the image size grows over the epochs."));
        // What no epoch takes is not computed.
        return (Math.Min(Asked(stage.Settings), stage.Epochs), null);
    }

    private static int Asked(ParameterSet settings) => settings.Values.ContainsKey(Name) ? settings.Integer(Name) : 0;
}

using BlazorTransfer.Core.Catalog;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Training from random initialisation (He et al., "Delving Deep into Rectifiers", 2015): the baseline that transfer must beat, and
/// pretraining where the images are many. Early epochs may see smaller images, which cost less and lose little
/// (Tan and Le, "EfficientNetV2", 2021, section 4: progressive learning).
/// </summary>
internal sealed class FromScratch(ParameterSet settings) : TransferMethod(settings)
{
    private const string FirstImageSize = "first-image-size";

    // The last third of the epochs sees the full size, so that the network ends on what it will be asked.
    private const double GrowingShare = 2.0 / 3;

    // Sides are multiples of what most networks reduce an image by, or a part of the input is padding.
    private const int SizeStep = 16;

    public static TransferMethodSpec Spec { get; } = new(
        "from-scratch",
        "Training from scratch",
        "Starts from random weights and trains everything.",
        "To pretrain a network of your own on many images, or as the baseline that shows what transfer brings. Few images lead to poor models.",
        "He et al., Delving Deep into Rectifiers, 2015",
        [
            CommonParameters.EpochsOf(40),
            CommonParameters.LearningRateOf(0.05),
            CommonParameters.OptimizerOf("sgd"),
            CommonParameters.Named(CommonParameters.BatchSize) with { Default = 32 },
            CommonParameters.Named(CommonParameters.Augmentation) with { Default = "medium" },
            CommonParameters.Named(CommonParameters.WarmUpEpochs) with { Default = 1 },
            CommonParameters.Named(CommonParameters.WeightDecay) with { Default = 5e-4 },
            CommonParameters.Named(CommonParameters.LabelSmoothing) with { Default = 0.1 },
            new ParameterSpec
            {
                Name = FirstImageSize, DisplayName = "First image size", Kind = ParameterKind.Integer, Default = 0, Minimum = 0, Maximum = 1024, Unit = "pixels", Advanced = true,
                Help = "The first epoch sees images of this side, and later ones grow to the full size over two thirds of the epochs: saves time on much data. 0 keeps the full size throughout.",
            },
        ])
    {
        TakesWeights = false,
    };

    public override int FrozenGroups(TransferModel model) => 0;

    public override int ImageSize(int size, int epoch, int epochs)
    {
        int first = Settings.Integer(FirstImageSize);
        if (first == 0 || first >= size) return size;
        double progress = (epoch - 1) / Math.Max(1, GrowingShare * epochs);
        return progress >= 1 ? size : Math.Min(size, first + (int)((size - first) * progress) / SizeStep * SizeStep);
    }

    public override IReadOnlyList<ParameterGroup> ParameterGroups(TransferModel model) => [new ParameterGroup(Trainable(model.Backbone))];
}

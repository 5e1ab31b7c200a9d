using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Training.Settings;

/// <summary>Hyper-parameters that every method understands, with common defaults; a method may give another.</summary>
public static class CommonParameters
{
    public const string Epochs = ParameterNames.Epochs;
    public const string BatchSize = ParameterNames.BatchSize;
    public const string LearningRate = ParameterNames.LearningRate;
    public const string Optimizer = "optimizer";
    public const string Momentum = "momentum";
    public const string WeightDecay = "weight-decay";
    public const string Schedule = "schedule";
    public const string WarmUpEpochs = "warm-up-epochs";
    public const string LabelSmoothing = "label-smoothing";
    public const string LabelLoss = "label-loss";
    public const string ClassWeights = "class-weights";
    public const string BalancedSampling = ParameterNames.BalancedSampling;
    public const string ClipNorm = "gradient-clipping";
    public const string Accumulation = "gradient-accumulation";
    public const string WeightAveraging = "weight-averaging";
    public const string BestOf = ParameterNames.BestOf;
    public const string Patience = "patience";
    public const string Augmentation = "augmentation";
    public const string ImageSize = ParameterNames.ImageSize;
    public const string FrozenPrecision = ParameterNames.FrozenPrecision;
    public const string Precision = ParameterNames.Precision;
    public const string Threads = "threads";
    public const string Tf32 = "tf32";

    internal const string SinglePrecision = PrecisionNames.Single;
    internal const string BFloat16 = PrecisionNames.BFloat16;

    /// <summary>A choice of <see cref="LabelLoss"/>.</summary>
    internal const string AsymmetricLoss = "asymmetric";

    public static IReadOnlyList<ParameterSpec> All { get; } =
    [
        EpochsOf(8),
        new ParameterSpec
        {
            Name = BatchSize,
            DisplayName = "Batch size",
            Kind = ParameterKind.Integer,
            Default = 16,
            Minimum = 1,
            Maximum = 1024,
            Unit = "images",
            Section = ParameterSections.Optimization,
            Help = "Images in one step. Lower it if memory runs out, and lower the learning rate in the same proportion.",
        },
        LearningRateOf(0.005),
        OptimizerOf("sgd"),
        new ParameterSpec
        {
            Name = Augmentation,
            DisplayName = "Crop and mirroring",
            Kind = ParameterKind.Choice,
            Default = "light",
            Section = ParameterSections.Augmentation,
            Help = "Random changes to the training images against overfitting. Use stronger ones for long training.",
            Choices =
            [
                new ParameterChoice("none", "None", "The same picture in each epoch. Frozen layers are then computed once."),
                new ParameterChoice("light", "Light", "Crops of at least half the area, and mirroring."),
                new ParameterChoice(
                    "light-no-mirror",
                    "Light, not mirrored",
                    "Crops of at least half the area. For text, or where left and right differ."
                ),
                new ParameterChoice("medium", "Medium", "Crops of at least a quarter of the area, and mirroring."),
                new ParameterChoice(
                    "strong",
                    "Strong",
                    "Crops of at least 8 % of the area, and mirroring: for long training on much data."
                ),
            ],
        },
        .. AugmentationParameters.All,
        new ParameterSpec
        {
            Name = ImageSize,
            DisplayName = "Image size",
            Kind = ParameterKind.Integer,
            Default = 0,
            Minimum = 0,
            Maximum = 1024,
            Unit = "pixels",
            Advanced = true,
            Section = ParameterSections.Data,
            Help =
                "Side of the square input in pixels; 0 is the network's own. Half the side takes a quarter of the "
                + "time, but small details may be lost.",
        },
        new ParameterSpec
        {
            Name = Schedule,
            DisplayName = "Learning-rate schedule",
            Kind = ParameterKind.Choice,
            Default = "cosine",
            Advanced = true,
            Section = ParameterSections.Optimization,
            Help = "How the learning rate changes over the run.",
            Choices =
            [
                new ParameterChoice("cosine", "Cosine", "Falls to zero along half a cosine (Loshchilov and Hutter, 2016)."),
                new ParameterChoice(
                    "one-cycle",
                    "One cycle",
                    "Rises from 1/25 over the first third of the steps, then falls to zero; includes the warm-up (Smith, " + "2018)."
                ),
                new ParameterChoice("constant", "Constant"),
                new ParameterChoice("step", "Step", "Falls to a tenth after two thirds of the epochs."),
                new ParameterChoice(
                    "plateau",
                    "On a plateau",
                    "Falls to a tenth whenever three epochs in a row bring no improvement. For runs of unknown length, "
                        + "with early stopping."
                ),
            ],
        },
        new ParameterSpec
        {
            Name = WarmUpEpochs,
            DisplayName = "Warm-up",
            Kind = ParameterKind.Number,
            Default = 0.5,
            Minimum = 0,
            Maximum = 50,
            Unit = "epochs",
            Advanced = true,
            Section = ParameterSections.Optimization,
            Help =
                "Time over which the learning rate rises from zero, so that the errors of the new head do not "
                + "disturb the pretrained weights.",
        },
        new ParameterSpec
        {
            Name = Momentum,
            DisplayName = "Momentum",
            Kind = ParameterKind.Number,
            Default = 0.9,
            Minimum = 0,
            Maximum = 0.999,
            Advanced = true,
            Section = ParameterSections.Optimization,
            Help = "How much of the last step's direction is kept, for SGD and RMSprop.",
        },
        new ParameterSpec
        {
            Name = WeightDecay,
            DisplayName = "Weight decay",
            Kind = ParameterKind.Number,
            Default = 1e-4,
            Minimum = 0,
            Maximum = 1,
            Logarithmic = true,
            Advanced = true,
            Section = ParameterSections.Optimization,
            Help = "Pulls the weights toward zero, against overfitting. Raise it for few images.",
        },
        new ParameterSpec
        {
            Name = LabelSmoothing,
            DisplayName = "Label smoothing",
            Kind = ParameterKind.Number,
            Default = 0.0,
            Minimum = 0,
            Maximum = 0.5,
            Advanced = true,
            Section = ParameterSections.Optimization,
            Help = "Share of probability taken from the true class, against overconfidence and wrong labels (Szegedy et " + "al., 2016).",
        },
        new ParameterSpec
        {
            Name = LabelLoss,
            DisplayName = "Loss on several labels",
            Kind = ParameterKind.Choice,
            Default = "binary-cross-entropy",
            OnlyFor = LabelKind.MultiLabel,
            Section = ParameterSections.Optimization,
            Help = "What the training minimises where an image may have several labels. Try the asymmetric loss for many rare labels.",
            Choices =
            [
                new ParameterChoice("binary-cross-entropy", "Binary cross-entropy", "Every label counts alike, present or not."),
                new ParameterChoice(
                    AsymmetricLoss,
                    "Asymmetric loss",
                    "Absent labels that are easily recognised count less, so that present ones count more (Ridnik et al., 2021)."
                ),
            ],
        },
        new ParameterSpec
        {
            Name = ClassWeights,
            DisplayName = "Class weights",
            Kind = ParameterKind.Boolean,
            Default = false,
            Advanced = true,
            Section = ParameterSections.Data,
            Help =
                "Counts errors on rare classes more, in inverse proportion to their training images. For imbalanced "
                + "data, such as a few defects among many good parts.",
        },
        new ParameterSpec
        {
            Name = BalancedSampling,
            DisplayName = "Balanced sampling",
            Kind = ParameterKind.Boolean,
            Default = false,
            Advanced = true,
            Section = ParameterSections.Data,
            Help =
                "Shows every class equally often in each epoch: repeats images of rare classes, skips some of "
                + "frequent ones. Use it instead of class weights.",
        },
        new ParameterSpec
        {
            Name = ClipNorm,
            DisplayName = "Gradient clipping",
            Kind = ParameterKind.Number,
            Default = 0.0,
            Minimum = 0,
            Maximum = 1000,
            Unit = "norm",
            Advanced = true,
            Section = ParameterSections.Optimization,
            Help = "Largest norm of the gradient over all weights, against jumps of the loss (Pascanu et al., 2013). 0 " + "turns it off.",
        },
        new ParameterSpec
        {
            Name = Accumulation,
            DisplayName = "Gradient accumulation",
            Kind = ParameterKind.Integer,
            Default = 1,
            Minimum = 1,
            Maximum = 256,
            Unit = "batches",
            Advanced = true,
            Section = ParameterSections.Optimization,
            Help =
                "Number of batches that make one step: the step of a large batch in the memory of a small one. Batch "
                + "norms still use single batches.",
        },
        new ParameterSpec
        {
            Name = WeightAveraging,
            DisplayName = "Weight averaging",
            Kind = ParameterKind.Number,
            Default = 0.0,
            Minimum = 0,
            Maximum = 0.9999,
            Unit = "decay",
            Advanced = true,
            Section = ParameterSections.Optimization,
            Help =
                "Scores and keeps a moving average of the weights, which smooths the noise of single steps (Polyak "
                + "and Juditsky, 1992). 0.99 averages about 100 steps; 0 turns it off.",
        },
        new ParameterSpec
        {
            Name = BestOf,
            Searchable = false,
            DisplayName = "Best epoch by",
            Kind = ParameterKind.Choice,
            Default = "top1",
            Advanced = true,
            Section = ParameterSections.Stopping,
            Help = "Validation metric that selects the best epoch, and that early stopping and the plateau schedule " + "watch.",
            Choices =
            [
                new ParameterChoice(
                    "top1",
                    "Accuracy or mAP",
                    "Share of images that are predicted correctly; with several labels per image, the mean average precision."
                ),
                new ParameterChoice(
                    "balanced-accuracy",
                    "Balanced accuracy or macro F1",
                    "Mean accuracy, or with several labels per image mean F1, over the classes: when rare classes matter as much as "
                        + "frequent ones."
                ),
                new ParameterChoice("last", "Last epoch", "The last epoch, regardless of its metrics."),
                new ParameterChoice(
                    "loss",
                    "Loss",
                    "Lowest loss on the labels: when the probabilities matter, not only the predicted classes."
                ),
            ],
        },
        new ParameterSpec
        {
            Name = Patience,
            Searchable = false,
            DisplayName = "Early stopping",
            Kind = ParameterKind.Integer,
            Default = 0,
            Minimum = 0,
            Maximum = 10_000,
            Unit = "epochs",
            Advanced = true,
            Section = ParameterSections.Stopping,
            Help = "Stops after this many epochs without improvement, as measured by 'Best epoch by'. 0 trains all " + "epochs.",
        },
        new ParameterSpec
        {
            Name = FrozenPrecision,
            DisplayName = "Precision of frozen layers",
            Kind = ParameterKind.Choice,
            Default = SinglePrecision,
            Advanced = true,
            Section = ParameterSections.Machine,
            Help = "Precision of the features of frozen layers. Trained layers and the model stay in single precision.",
            Choices =
            [
                new ParameterChoice(SinglePrecision, "Single precision", "32 bits."),
                new ParameterChoice(
                    BFloat16,
                    "bfloat16",
                    "16 bits: about twice as fast on processors with bfloat16 instructions (AVX-512 BF16, AMX, GPUs), "
                        + "slower on others."
                ),
            ],
        },
        new ParameterSpec
        {
            Name = Threads,
            Searchable = false,
            DisplayName = "CPU threads",
            Kind = ParameterKind.Integer,
            Default = 0,
            Minimum = 0,
            Maximum = 256,
            Unit = "threads",
            Advanced = true,
            Section = ParameterSections.Machine,
            Help = "0 uses all cores. With 1, a CPU run with the same seed gives exactly the same weights.",
        },
        new ParameterSpec
        {
            Name = Tf32,
            DisplayName = "TF32 on GPUs",
            Kind = ParameterKind.Boolean,
            Default = true,
            Advanced = true,
            Section = ParameterSections.Machine,
            Help =
                "Lets NVIDIA GPUs from Ampere on multiply with 10 instead of 23 bits after the point, several times "
                + "as fast. No effect on CPUs.",
        },
    ];

    /// <summary>A common parameter, for a method that gives it another default.</summary>
    public static ParameterSpec Named(string name) => All.Single(p => p.Name == name);

    /// <summary>For methods that take steps through layers before the head; other methods have none that it would say anything
    /// of.</summary>
    public static ParameterSpec PrecisionOfSteps =>
        new()
        {
            Name = Precision,
            DisplayName = "Precision of trained layers",
            Section = ParameterSections.Machine,
            Kind = ParameterKind.Choice,
            Default = SinglePrecision,
            Advanced = true,
            Help =
                "Precision of the training steps before the head. Weights, batch norms, head, loss and the model "
                + "stay in single precision.",
            Choices =
            [
                new ParameterChoice(SinglePrecision, "Single precision", "32 bits."),
                new ParameterChoice(
                    BFloat16,
                    "bfloat16",
                    "16 bits: almost twice as fast on processors with bfloat16 instructions (AVX-512 BF16, AMX, GPUs), "
                        + "slower on others (Micikevicius et al., 2018)."
                ),
            ],
        };

    public static ParameterSpec EpochsOf(int epochs) =>
        new()
        {
            Name = Epochs,
            Searchable = false,
            DisplayName = "Epochs",
            Section = ParameterSections.Optimization,
            Kind = ParameterKind.Integer,
            Default = epochs,
            Minimum = 1,
            Maximum = 10_000,
            Unit = "epochs",
            Help = "Passes over the training images. More take longer and may overfit.",
        };

    public static ParameterSpec LearningRateOf(double rate) =>
        new()
        {
            Name = LearningRate,
            DisplayName = "Learning rate",
            Section = ParameterSections.Optimization,
            Kind = ParameterKind.Number,
            Default = rate,
            Minimum = 1e-7,
            Maximum = 10,
            Logarithmic = true,
            Help = "Size of a step. Lower it if the loss jumps or becomes infinite; raise it if the loss hardly falls.",
        };

    public static ParameterSpec OptimizerOf(string name) =>
        new()
        {
            Name = Optimizer,
            DisplayName = "Optimizer",
            Section = ParameterSections.Optimization,
            Kind = ParameterKind.Choice,
            Default = name,
            Help = "How gradients become steps. Change the learning rate with it.",
            Choices =
            [
                new ParameterChoice("sgd", "SGD with momentum", "The usual choice for fine-tuning convolutional networks."),
                new ParameterChoice(
                    "adamw",
                    "AdamW",
                    "Adapts the step to each weight; needs a ten times lower learning rate (Loshchilov and Hutter, 2017)."
                ),
                new ParameterChoice(
                    "rmsprop",
                    "RMSprop",
                    "Divides the step by the usual size of the gradient, as MobileNets were trained. Needs a tenth of "
                        + "AdamW's learning rate (Tieleman and Hinton, 2012)."
                ),
            ],
        };
}

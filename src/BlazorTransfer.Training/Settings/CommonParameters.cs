using BlazorTransfer.Core.Catalog;

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
    public const string ClassWeights = "class-weights";
    public const string BalancedSampling = "balanced-sampling";
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
            Help = "Images in one step. Smaller if memory runs out; then lower the learning rate in the same proportion.",
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
            Help = "Random changes to the training images, so that the network does not learn them by heart.",
            Choices =
            [
                new ParameterChoice("none", "None", "The same picture each epoch. What is frozen is then computed once."),
                new ParameterChoice("light", "Light", "Crops of at least half the area, and mirroring."),
                new ParameterChoice(
                    "light-no-mirror",
                    "Light, not mirrored",
                    "Crops of at least half the area. For writing, or where left and right differ."
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
                "Side of the square that the network sees; 0 takes the network's own. Half the side takes a quarter of the "
                + "time, and small things may vanish.",
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
                    "Rises from a twenty-fifth over the first third of the steps and falls to zero; warm-up is part of it (Smith, 2018)."
                ),
                new ParameterChoice("constant", "Constant"),
                new ParameterChoice("step", "Step", "A tenth after two thirds of the epochs."),
                new ParameterChoice(
                    "plateau",
                    "On a plateau",
                    "A tenth whenever three epochs in a row bring nothing better. For runs whose length you cannot guess, with "
                        + "early stopping."
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
                "The learning rate rises from zero over this time, so that the new head's first errors do not shake the "
                + "pretrained weights.",
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
            Help = "How much of the last step's direction is kept; for SGD and RMSprop.",
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
            Help = "Pulls the weights toward zero, against learning by heart.",
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
            Help = "Share of certainty taken from the true class, against overconfidence and wrong labels (Szegedy et al., 2016).",
        },
        new ParameterSpec
        {
            Name = ClassWeights,
            DisplayName = "Weigh classes",
            Kind = ParameterKind.Boolean,
            Default = false,
            Advanced = true,
            Section = ParameterSections.Data,
            Help =
                "Errors on rare classes count more, in inverse proportion to their training images. For a few defects among "
                + "many good parts.",
        },
        new ParameterSpec
        {
            Name = BalancedSampling,
            DisplayName = "Balance classes",
            Kind = ParameterKind.Boolean,
            Default = false,
            Advanced = true,
            Section = ParameterSections.Data,
            Help =
                "Each epoch shows every class equally often: images of rare classes several times, of frequent ones not all. "
                + "Instead of weighing classes, not with it.",
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
            Help =
                "Longest gradient, over all weights together, before it is shortened to this; against jumps of the loss "
                + "(Pascanu et al., 2013). 0 leaves it as it is.",
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
                "Batches whose gradients make one step together: a large batch's step in a small batch's memory, but for the "
                + "statistics of batch norms. 1 steps after each batch.",
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
                "Scores and keeps a moving average of the weights instead of the last ones, which smooths out the noise of "
                + "single steps (Polyak and Juditsky, 1992). "
                + "0.99 looks back over about a hundred steps; 0 keeps the last weights.",
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
            Help = "Which validation figure decides whose epoch's weights are kept, when early stopping gives up, and what a plateau is.",
            Choices =
            [
                new ParameterChoice("top1", "Top-1", "Share of images that are right."),
                new ParameterChoice(
                    "balanced-accuracy",
                    "Balanced accuracy",
                    "Mean over the classes of the share that is right: where rare classes matter as much as frequent ones."
                ),
                new ParameterChoice("last", "The last", "The last epoch, whatever it scores."),
                new ParameterChoice("loss", "Loss", "Lowest cross-entropy: where the probabilities matter, not only the answers."),
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
            Help =
                "Stops when so many epochs bring nothing better, as 'Best epoch by' says. 0 trains all epochs, so that the "
                + "learning rate falls as planned.",
        },
        new ParameterSpec
        {
            Name = FrozenPrecision,
            DisplayName = "Precision of frozen layers",
            Kind = ParameterKind.Choice,
            Default = SinglePrecision,
            Advanced = true,
            Section = ParameterSections.Machine,
            Help =
                "How the features of frozen layers are computed, where these are computed once. What learns, and the model, "
                + "are in single precision either way.",
            Choices =
            [
                new ParameterChoice(SinglePrecision, "Single precision", "32 bits."),
                new ParameterChoice(
                    BFloat16,
                    "bfloat16",
                    "16 bits: about twice as fast where the processor computes in it (AVX-512 BF16, AMX, GPUs), and slower "
                        + "where it does not."
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
            Help = "0 uses all cores. With 1, a CPU run with the same seed gives the same weights to the bit.",
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
                "Lets an NVIDIA GPU from Ampere on round the factors of products to 10 bits after the point, several times as "
                + "fast as all 23. A CPU has no such thing.",
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
            DisplayName = "Precision of layers that learn",
            Section = ParameterSections.Machine,
            Kind = ParameterKind.Choice,
            Default = SinglePrecision,
            Advanced = true,
            Help =
                "How training steps compute the layers before the head. What they change, the weights, and also batch norms, "
                + "the head, the loss and the model stay in single precision either way.",
            Choices =
            [
                new ParameterChoice(SinglePrecision, "Single precision", "32 bits."),
                new ParameterChoice(
                    BFloat16,
                    "bfloat16",
                    "16 bits: almost twice as fast where the processor computes in it (AVX-512 BF16, AMX, GPUs), and slower "
                        + "where it does not (Micikevicius et al., 2018)."
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
            Help = "Passes over the training images.",
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
            Help = "Size of a step. Lower it where the loss jumps or becomes infinite; raise it where the loss hardly falls.",
        };

    public static ParameterSpec OptimizerOf(string name) =>
        new()
        {
            Name = Optimizer,
            DisplayName = "Optimizer",
            Section = ParameterSections.Optimization,
            Kind = ParameterKind.Choice,
            Default = name,
            Help = "How gradients become steps.",
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
                    "Divides the step by the gradient's usual size; how MobileNets were trained. A tenth of AdamW's learning "
                        + "rate, as momentum adds up ten such steps (Tieleman and Hinton, 2012)."
                ),
            ],
        };
}

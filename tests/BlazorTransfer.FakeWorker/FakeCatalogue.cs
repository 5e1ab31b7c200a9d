using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Diagnostics;
using BlazorTransfer.Core.Messages;

/// <summary>What the fake worker says of itself and of the machine.</summary>
internal static partial class Fake
{
    private static readonly string[] Behaviours =
    [
        "succeed",
        "report-failure",
        "name-data-folder",
        "exit-silently",
        "say-nothing",
        "abort",
        "hang",
        "wait-for-cancel",
        "wait-for-stop",
        "hang-before-epoch",
        "step-until-cancel",
        "stop-in-a-save",
        "eat-memory",
        "unterminated-line",
        "garbage",
    ];

    public static Catalogue Catalogue { get; } =
        new()
        {
            WorkerVersion = "fake",
            Backbones =
            [
                new BackboneSpec("fake", "Fake", "Fake", 1, 1, 1, ["all"], Preprocessing.ImageNet, "none") { MinimumImageSize = 8 },
            ],
            Methods =
            [
                new TransferMethodSpec("fake-method", "Fake method", "Does nothing.", "Never.", null, []),
                new TransferMethodSpec("fake-adaptation", "Fake adaptation", "Adapts to nothing.", "Never.", null, [])
                {
                    AdaptsToTarget = true,
                },
                new TransferMethodSpec("fake-boosting", "Fake boosting", "Learns from a few labels.", "Never.", null, [])
                {
                    AdaptsToTarget = true,
                    UsesTargetLabels = true,
                },
                // What one that adapts is compared with.
                new TransferMethodSpec("fine-tuning", "Fine-tuning", "Does nothing.", "Never.", null, [])
                {
                    Roles = [MethodRole.SourceOnlyBaseline],
                },
                new TransferMethodSpec("fake-distillation", "Fake distillation", "Learns from nobody.", "Never.", null, [])
                {
                    TakesTeacher = true,
                },
                new TransferMethodSpec("fake-multi-task", "Fake multi-task", "Learns nothing of everything.", "Never.", null, [])
                {
                    LearnsLabelSets = true,
                },
            ],
            CommonParameters =
            [
                new ParameterSpec
                {
                    Name = "behaviour",
                    DisplayName = "Behaviour",
                    Help = "What it does.",
                    Kind = ParameterKind.Choice,
                    Default = "succeed",
                    Choices = [.. Behaviours.Select(b => new ParameterChoice(b, b))],
                },
                new ParameterSpec
                {
                    Name = ParameterNames.Epochs,
                    Searchable = false,
                    DisplayName = "Epochs",
                    Help = "Passes.",
                    Kind = ParameterKind.Integer,
                    Default = 2,
                    Minimum = 1,
                    Maximum = 100,
                },
                new ParameterSpec
                {
                    Name = ParameterNames.ImageSize,
                    Searchable = false,
                    DisplayName = "Image size",
                    Help = "Side of the images.",
                    Kind = ParameterKind.Integer,
                    Default = 0,
                    Minimum = 0,
                    Maximum = 1024,
                    Advanced = true,
                },
                new ParameterSpec
                {
                    Name = "strength",
                    DisplayName = "Strength",
                    Help = "Changes nothing.",
                    Kind = ParameterKind.Number,
                    Default = 0.5,
                    Minimum = 0,
                    Maximum = 1,
                },
                new ParameterSpec
                {
                    Name = "batch-size",
                    DisplayName = "Batch size",
                    Help = "Images in a step.",
                    Kind = ParameterKind.Integer,
                    Default = 16,
                    Minimum = 1,
                    Maximum = 1024,
                },
                new ParameterSpec
                {
                    Name = "learning-rate",
                    DisplayName = "Learning rate",
                    Help = "Size of a step.",
                    Kind = ParameterKind.Number,
                    Default = 0.005,
                    Minimum = 1e-7,
                    Maximum = 10,
                },
            ],
            Devices = [new DeviceSpec("cpu", "CPU")],
        };

    public static SystemReport Check(string folder) =>
        new()
        {
            WorkerVersion = "fake",
            Processor = new ProcessorInfo("Fake processor", ["AVX2"], 4, 2, HasBFloat16: false),
            Libtorch = new LibtorchInfo("2.10.0", "0.107.0", AppContext.BaseDirectory),
            Gpus = [new GpuInfo(0, "Fake GPU", new Capacity(1L << 30, 2L << 30), "9.0", "580.1")],
            UsableGpus = 1,
            Measurements =
            [
                new PrecisionMeasurement("cpu", NumericPrecision.Float32, MeasuredOperation.Convolution, 10, 0, 0.001),
                new PrecisionMeasurement("cpu", NumericPrecision.BFloat16, MeasuredOperation.Convolution, 40, 0.5, 0.01),
            ],
            Memory = new Capacity(3L << 30, 8L << 30),
            Disk = new Capacity(50L << 30, 100L << 30),
            Folder = folder,
            Verdicts = [Message.Plain("Keep single precision on the CPU.")],
        };
}

using System.Runtime.Intrinsics.X86;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Evaluation;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Runs;
using BlazorTransfer.Training.Settings;
using BlazorTransfer.Training.Weights;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Runs;

/// <summary>Whole runs whose steps are in bfloat16.</summary>
public sealed class HalfRunTests : IDisposable
{
    private const string Network = "resnet18_slim";
    private static readonly (string, ParameterValue)[] Common =
    [
        ("precision", "bf16"),
        ("image-size", 32),
        ("augmentation", "light"),
        ("batch-size", 8),
        ("best-of", "last"),
    ];
    private readonly SmallRun _small = new(imagesPerClass: 4);

    /// <summary>All that offer it.</summary>
    public static TheoryData<string> Methods =>
        [.. TransferMethodRegistry.All.Where(m => m.Parameters.Any(p => p.Name == CommonParameters.Precision)).Select(m => m.Name)];

    public void Dispose() => _small.Dispose();

    [Fact]
    public void Precision_IsOfferedByTheMethodsThatStepThroughLayers_AndByThoseAlone()
    {
        string[] without =
        [
            .. TransferMethodRegistry
                .All.Where(m => !m.FitsAtOnce && m.Parameters.All(p => p.Name != CommonParameters.Precision))
                .Select(m => m.Name),
        ];

        Assert.Equal(["linear-probe"], without);
        Assert.DoesNotContain(TransferMethodRegistry.All, m => m.FitsAtOnce && m.Parameters.Any(p => p.Name == CommonParameters.Precision));
        // In the form they stand together.
        IReadOnlyList<ParameterSpec> shown = TransferMethodRegistry.ParametersOf(
            TransferMethodRegistry.All.Single(m => m.Name == "fine-tuning")
        );
        Assert.Equal(
            ["frozen-precision", "precision"],
            shown
                .Where(p => p.Section == ParameterSections.Machine && p.Name.EndsWith("precision", StringComparison.Ordinal))
                .Select(p => p.Name)
        );
        Assert.Throws<TrainingException>(() =>
            TransferMethodRegistry.Create("linear-probe", new Dictionary<string, ParameterValue> { ["precision"] = "bf16" })
        );
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void EveryMethod_LearnsLayersBeforeTheHead_AndLeavesNoTensorBehind(string method)
    {
        TransferMethodSpec spec = TransferMethodRegistry.All.Single(m => m.Name == method);
        string weights = _small.Weights(Network);
        (string, ParameterValue)[] own = method switch
        {
            "lp-ft" => [("probe-epochs", 1)],
            "gradual-unfreezing" => [("unfreezing-share", 0.3)],
            _ when spec.AdaptsToTarget => [("freeze-depth", 2)],
            _ => [],
        };
        JobSpec job = _small.Job(method, Network, spec.TakesWeights ? weights : null, [("epochs", 3), .. own, .. Common]);
        if (spec.TakesTeacher)
            job = job with { Teacher = _small.Teacher("resnet20_cifar", job.Data.Read().Classes, Preprocessing.ImageNet.WithInput(32)) };
        if (spec.AdaptsToTarget)
            job = job with { Data = _small.Under("warm"), Target = new TargetSpec(_small.Under("cold")) };
        if (spec.LearnsLabelSets)
            job = job with { LabelSets = [new("lighting")] };
        LiveTensors.CollectLeftovers();

        (RunFolder folder, List<RunEvent> events) = _small.Execute(job);

        EpochCompleted[] epochs = [.. events.OfType<EpochCompleted>()];
        int last = method == "adabn" ? epochs.Length - 2 : epochs.Length - 1;
        Assert.Equal(epochs[last - 1].LiveTensors, epochs[last].LiveTensors);
        Assert.DoesNotContain(events.OfType<MessageLogged>(), m => m.Text.Contains("bfloat16", StringComparison.Ordinal));
        TensorData kernel = WeightsFile.Open(folder.BestCheckpoint)["layer4.1.conv2.weight"];
        Assert.Equal(ElementType.Float32, kernel.Type);
        Assert.Contains(kernel.ToSingles(), w => BitConverter.SingleToInt32Bits(w) % (1 << 16) != 0);
        Assert.Contains("layer4.1.conv2.weight", SmallRun.Changed(job, folder.BestCheckpoint));
    }

    [Theory]
    [InlineData("sgd", 0.01, 0)]
    [InlineData("adamw", 0.001, 0)]
    [InlineData("rmsprop", 0.0001, 0)]
    [InlineData("adamw", 0.001, 0.9)]
    public void SavedModel_IsInSinglePrecision_AndScoresWhatTheRunSays(string optimizer, double rate, double averaging)
    {
        JobSpec job = _small.Job(
            "fine-tuning",
            Network,
            _small.Weights(Network),
            [
                ("epochs", 3),
                ("optimizer", optimizer),
                ("learning-rate", rate),
                ("weight-averaging", averaging),
                ("gradient-accumulation", 2),
                .. Common,
            ]
        );

        (RunFolder folder, List<RunEvent> events) = _small.Execute(job);

        double reported = events.OfType<EpochCompleted>().Last().Metrics[MetricKeys.ValidationLoss];
        Assert.Equal(
            reported,
            events.OfType<EvaluationCompleted>().First(e => e.Split == Split.Validation).Metrics[MetricKeys.ValidationLoss],
            1e-5
        );
        Assert.Equal(reported, LossOf(folder.BestCheckpoint, job), 1e-5);
        // Rounding the weights would show.
        Assert.NotEqual(reported, LossOf(folder.BestCheckpoint, job, rounds: true), 1e-5);
    }

    [Fact]
    public void Run_InBFloat16_LearnsAsInSinglePrecision()
    {
        string weights = BuiltInWeights.Of(AppContext.BaseDirectory).Single(w => w.Card.Backbone == Network).Path;
        double Loss(string precision) =>
            _small
                .Execute(
                    _small.Job(
                        "fine-tuning",
                        Network,
                        weights,
                        ("epochs", 4),
                        ("image-size", 64),
                        ("batch-size", 8),
                        ("precision", precision)
                    )
                )
                .Events.OfType<EpochCompleted>()
                .Last()
                .Metrics[MetricKeys.TrainLoss];

        double exact = Loss("fp32"),
            half = Loss("bf16");

        Assert.NotEqual(exact, half);
        Assert.Equal(1, half / exact, 0.2);
    }

    [Fact]
    public void Run_OfTheHeadAlone_WarnsThatStepsDoNotUseBFloat16()
    {
        JobSpec job = _small.Job("fine-tuning", Network, _small.Weights(Network), [.. Common, ("epochs", 1), ("freeze-depth", 64)]);

        Assert.Contains(
            _small.Execute(job).Events.OfType<MessageLogged>(),
            m => m.Level == MessageLevel.Warning && m.Text.Contains("The training steps do not use bfloat16", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("precision", "bf16", false, true)]
    [InlineData("frozen-precision", "bf16", false, true)]
    [InlineData("precision", "bf16", true, false)]
    [InlineData("frozen-precision", "bf16", true, false)]
    [InlineData("precision", "fp32", false, false)]
    public void Run_OnAProcessorWithoutBFloat16_WarnsWhereItIsUsed(string setting, string value, bool hasIt, bool warned)
    {
        JobSpec job = _small.Job("fine-tuning", Network, null, ("epochs", 1), ("image-size", 32), ("batch-size", 8), (setting, value));

        List<RunEvent> events = _small.Execute(job, processorHasBFloat16: hasIt).Events;

        Assert.Equal(
            warned,
            events
                .OfType<MessageLogged>()
                .Any(m =>
                    m.Level == MessageLevel.Warning
                    && m.Text.Contains("The processor has no instructions for bfloat16", StringComparison.Ordinal)
                )
        );
    }

    [Theory]
    [InlineData(13, 0, 0, 0, true, false)] // Broadwell: AVX2 alone
    [InlineData(27, 0, 0, 0, true, false)] // Ice Lake: AVX-512 without BF16, one part of leaf 7
    [InlineData(31, 1, 1 << 5, 0, true, true)] // Cooper Lake: AVX-512 BF16
    [InlineData(32, 2, 1 << 5, 1 << 22, true, true)] // Sapphire Rapids: both
    [InlineData(32, 2, 0, 1 << 22, true, true)] // AMX alone
    [InlineData(32, 0, 1 << 5, 0, true, false)] // a part beyond the last means nothing
    [InlineData(6, 1, 1 << 5, 1 << 22, true, false)] // before leaf 7
    [InlineData(32, 2, 1 << 5, 1 << 22, false, false)] // the system does not save the registers
    public void HasBFloat16_ByTheLeavesOfCpuId_IsAsTheManualSays(int lastLeaf, int lastPart, int part1, int amx, bool saved, bool expected)
    {
        bool found = Devices.HasBFloat16(
            leaf =>
                leaf switch
                {
                    (0, 0) => (lastLeaf, 0, 0, 0),
                    (7, 0) => (lastPart, 0, 0, amx),
                    (7, 1) => (part1, 0, 0, 0),
                    _ => throw new ArgumentOutOfRangeException(nameof(leaf)),
                },
            saved
        );

        Assert.Equal(expected, found);
    }

    /// <summary>What Linux lists, as far as .NET was not told to leave it alone.</summary>
    [Fact]
    public void ProcessorHasBFloat16_OnThisMachine_IsWhatLinuxLists()
    {
        Assert.SkipUnless(File.Exists("/proc/cpuinfo"), "Only Linux lists the processor's features in /proc/cpuinfo.");
        string listed = File.ReadAllText("/proc/cpuinfo");

        Assert.Equal(
            Avx512F.IsSupported
                && (listed.Contains("avx512_bf16", StringComparison.Ordinal) || listed.Contains("amx_bf16", StringComparison.Ordinal)),
            Devices.ProcessorHasBFloat16
        );
        Assert.Equal(Devices.ProcessorHasBFloat16, Devices.All()[^1].ComputesBFloat16);
    }

    /// <summary>Of the validation images, by the model as it was saved.</summary>
    private static double LossOf(string file, JobSpec job, bool rounds = false)
    {
        using Predictor predictor = Predictor.Open(file);
        if (rounds)
        {
            using var gradients = no_grad();
            foreach (TorchSharp.Modules.Parameter parameter in predictor.Model.Backbone.parameters())
                parameter.copy_(parameter.to(bfloat16));
        }

        using var run = TrainingRun.Prepare(job, _ => { });
        return Evaluator.Evaluate(predictor.Model, run.Images.Evaluation(Split.Validation), 8, null, CancellationToken.None).Loss;
    }
}

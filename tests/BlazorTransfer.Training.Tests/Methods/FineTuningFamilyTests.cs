using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Tests.Runs;
using BlazorTransfer.Training.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Methods;

/// <summary>What defines each method of the fine-tuning family, on small networks and few images.</summary>
public sealed class FineTuningFamilyTests : IDisposable
{
    private const string Network = "resnet18_slim";
    private static readonly string[] Classes = ["a", "b", "c"];
    private readonly SmallRun _small = new();

    public static TheoryData<string> MethodNames =>
        [.. TransferMethodRegistry.All.Where(m => !m.AdaptsToTarget && !m.FitsAtOnce).Select(m => m.Name)];

    public void Dispose() => _small.Dispose();

    [Theory]
    [MemberData(nameof(MethodNames))]
    public void EveryMethod_OverSeveralEpochs_LearnsItsHeadAndLeavesNoTensorBehind(string method)
    {
        TransferMethodSpec spec = TransferMethodRegistry.All.Single(m => m.Name == method);
        string weights = _small.Weights(Network);
        (string, ParameterValue)[] own = method switch
        {
            "lp-ft" => [("probe-epochs", 1)],
            // All layers learn from the second epoch on, so that the optimizer's state grows no more.
            "gradual-unfreezing" => [("unfreezing-share", 0.25)],
            _ => [],
        };
        JobSpec job = _small.Job(method, Network, spec.TakesWeights ? weights : null, [("epochs", 4), ("image-size", 32), .. own]);
        if (spec.TakesTeacher)
            job = job with { Teacher = _small.Teacher("resnet20_cifar", job.Data.Read().Classes, Preprocessing.ImageNet.WithInput(32)) };
        if (spec.LearnsLabelSets)
            job = job with { LabelSets = [new("lighting")] };
        LiveTensors.CollectLeftovers();

        (RunFolder folder, List<RunEvent> events) = _small.Execute(job);

        long[] live = [.. events.OfType<EpochCompleted>().Select(e => e.LiveTensors)];
        Assert.Equal(method == "lp-ft" ? 5 : 4, live.Length);
        Assert.Equal(live[^2], live[^1]);
        Assert.Superset(SmallRun.Start(job).Keys.Where(IsHead).ToHashSet(), SmallRun.Changed(job, folder.BestCheckpoint).ToHashSet());
    }

    [Fact]
    public void L2Sp_AddsHalfOfAlphaTimesTheSquaredDistanceFromTheStart()
    {
        const double alpha = 3,
            beta = 0.5,
            moved = 0.01;
        using var scope = NewDisposeScope();
        using TransferModel model = Model();
        (TransferMethod method, _) = Create("l2-sp", ("start-point-strength", alpha), ("head-decay", beta));
        method.Configure(model);
        Parameter kernel = Trunk(model).First();
        using (no_grad())
            kernel.add_(moved);

        Loss loss = method.ComputeLoss(model, Images(4));

        double head = model.Backbone.Head.parameters().Sum(p => p.square().sum().item<float>());
        double expected = alpha / 2 * moved * moved * kernel.numel() + beta / 2 * head;
        Assert.Equal(expected, loss.Parts!["l2-sp"].item<float>(), 1e-4 * expected);
        Assert.Equal(loss.Total.item<float>(), loss.Parts["l2-sp"].item<float>() + loss.Parts["cross-entropy"].item<float>(), 1e-5);
        // Its gradient is α (w − w⁰).
        loss.Parts["l2-sp"].backward();
        Assert.True(allclose(kernel.grad!, full_like(kernel, alpha * moved), 1e-4, 1e-6), "The pull is not toward the start.");
        method.Dispose();
    }

    [Fact]
    public void L2Sp_WithAStrongPull_EndsCloserToTheStartThanWithoutOne()
    {
        string weights = _small.Weights(Network);
        double Distance(double alpha)
        {
            JobSpec job = _small.Job(
                "l2-sp",
                Network,
                weights,
                ("epochs", 3),
                ("image-size", 64),
                ("batch-size", 4),
                ("optimizer", "sgd"),
                ("momentum", 0),
                ("learning-rate", 0.01),
                ("start-point-strength", alpha)
            );
            return SquaredDistance(weights, _small.Execute(job).Folder.BestCheckpoint);
        }

        double free = Distance(0),
            pulled = Distance(50);

        Assert.True(pulled < 0.5 * free, $"{pulled:G3} with the pull, {free:G3} without.");
    }

    [Fact]
    public void Bss_AddsTheSquaresOfTheSmallestSingularValues_AndShrinksThoseAlone()
    {
        const double strength = 0.01;
        using var scope = NewDisposeScope();
        using TransferModel model = Model();
        (TransferMethod method, _) = Create("bss", ("shrinkage-strength", strength), ("shrunk-values", 2));
        method.Configure(model);
        manual_seed(5);
        Tensor features = randn(6, model.Backbone.Spec.FeatureDim).requires_grad_();
        float[] before = linalg.svdvals(features).data<float>().ToArray();
        var batch = new Batch(features, tensor([0L, 1, 2, 0, 1, 2]), model.HeadEntry, []);

        Loss loss = method.ComputeLoss(model, batch);

        double expected = strength * (before[4] * before[4] + before[5] * before[5]);
        Assert.Equal(expected, loss.Parts!["bss"].item<float>(), 1e-4 * expected);
        loss.Parts["bss"].backward();
        float[] after;
        using (no_grad())
            after = linalg.svdvals(features - 10 * features.grad!).data<float>().ToArray();
        for (int i = 0; i < 4; i++)
            Assert.Equal(before[i], after[i], 1e-3);
        for (int i = 4; i < 6; i++)
            Assert.Equal(before[i] * (1 - 2 * strength * 10), after[i], 1e-3);
    }

    [Fact]
    public void Bss_OnABatchWithFewerImagesThanShrunkValues_AddsNothing()
    {
        using var scope = NewDisposeScope();
        using TransferModel model = Model();
        (TransferMethod method, _) = Create("bss", ("shrunk-values", 4));

        Loss loss = method.ComputeLoss(model, Images(3));

        Assert.Equal(0, loss.Parts!["bss"].item<float>());
    }

    [Fact]
    public void GradualUnfreezing_LetsGroupsJoinFromTheTop_OverItsShareOfTheEpochs()
    {
        using TransferModel model = Model();
        (TransferMethod created, _) = Create("gradual-unfreezing", ("epochs", 10), ("unfreezing-share", 0.5));
        var method = Assert.IsType<GradualUnfreezing>(created);
        method.Configure(model);

        // Five groups over five epochs.
        Assert.Equal(5, model.HeadEntry);
        Assert.Equal([5, 4, 3, 2, 1, 0, 0, 0, 0, 0], Enumerable.Range(1, 10).Select(epoch => method.FrozenIn(model, epoch)));
        method.OnEpochStart(model, 3);
        Assert.Equal(
            ["layer3", "layer4"],
            model.Backbone.LayerGroups.Where(g => g.Modules.SelectMany(m => m.parameters()).All(p => p.requires_grad)).Select(g => g.Name)
        );
        Assert.All(model.Backbone.Head.parameters(), p => Assert.True(p.requires_grad));
        Assert.Equal(5, method.ParameterGroups(model).Count + model.Backbone.FrozenGroups - 1);
    }

    [Fact]
    public void GradualUnfreezing_InTheFirstEpoch_ChangesTheHeadAlone_AndLowerLayersOnlyLater()
    {
        string weights = _small.Weights(Network);
        JobSpec job = _small.Job("gradual-unfreezing", Network, weights, ("epochs", 1), ("image-size", 32));

        string[] afterOne = SmallRun.Changed(job, _small.Execute(job).Folder.BestCheckpoint);

        Assert.Equal(["fc.bias", "fc.weight"], afterOne);
    }

    [Fact]
    public void LpFt_BeginsFineTuningFromTheHeadOfALinearProbe()
    {
        string weights = _small.Weights(Network);
        (string, ParameterValue)[] common = [("image-size", 32), ("batch-size", 8), ("threads", 1), ("best-of", "last")];
        JobSpec probe = _small.Job(
            "linear-probe",
            Network,
            weights,
            [("epochs", 3), ("learning-rate", 0.01), ("warm-up-epochs", 0), .. common]
        );
        // Fine-tuning that hardly moves leaves the probe's head as it is.
        JobSpec both = _small.Job(
            "lp-ft",
            Network,
            weights,
            [("probe-epochs", 3), ("probe-learning-rate", 0.01), ("epochs", 1), ("learning-rate", 1e-7), ("optimizer", "sgd"), .. common]
        );

        (RunFolder folder, List<RunEvent> events) = _small.Execute(both);

        Assert.Equal(4, events.OfType<RunStarted>().Single().Epochs);
        Assert.Equal([1, 2, 3, 4], events.OfType<EpochCompleted>().Select(e => e.Epoch));
        Assert.Contains(events.OfType<PhaseProgressed>(), p => p.Phase == RunPhase.ExtractingFeatures);
        double[] rates = [.. events.OfType<EpochCompleted>().Select(e => e.Metrics[MetricKeys.LearningRate])];
        Assert.All(rates[..3], r => Assert.InRange(r, 1e-5, 0.01));
        Assert.InRange(rates[3], 0, 1e-7);
        double[] accuracies = [.. events.OfType<EpochCompleted>().Select(e => e.Metrics[MetricKeys.ValidationTop1])];
        (RunFolder probeFolder, List<RunEvent> probeEvents) = _small.Execute(probe);
        Assert.Equal(probeEvents.OfType<EpochCompleted>().Select(e => e.Metrics[MetricKeys.ValidationTop1]), accuracies[..3]);
        float[] head = HeadOf(folder),
            headOfProbe = HeadOf(probeFolder),
            start = SmallRun.Start(both)["fc.weight"].ToSingles();
        Assert.InRange(LargestDifference(head, headOfProbe), 0, 1e-4);
        Assert.True(LargestDifference(headOfProbe, start) > 1e-3, "The probe has learned nothing, so that the head shows nothing.");
    }

    [Fact]
    public void FineTuning_WithALayerDecay_GivesEachGroupAShareOfTheRateAboveIt()
    {
        using TransferModel model = Model();
        (TransferMethod method, _) = Create(
            "fine-tuning",
            ("layer-learning-rate-decay", 0.5),
            ("freeze-depth", 1),
            ("head-learning-rate-factor", 10)
        );
        method.Configure(model);

        double[] factors = [.. method.ParameterGroups(model).Select(g => g.LearningRateFactor)];

        Assert.Equal([0.125, 0.25, 0.5, 1, 10], factors);
    }

    [Fact]
    public void ClassWeights_LetEachClassWeighTheSame()
    {
        using var scope = NewDisposeScope();
        using TransferModel model = Model();
        model.WeighLabels([.. new[] { 6, 2, 1 }.SelectMany((n, c) => Enumerable.Repeat(SampleOf(model.Classes[c]), n))]);
        (TransferMethod method, _) = Create("linear-probe");
        manual_seed(3);
        var batch = new Batch(randn(3, model.Backbone.Spec.FeatureDim), tensor([0L, 1, 2]), model.HeadEntry, []);

        double weighted = method.ComputeLoss(model, batch).Total.item<float>();

        // Nine images in three classes: 9/(3·6), 9/(3·2) and 9/(3·1), and the mean over those.
        float[] losses = nn
            .functional.cross_entropy(model.Logits(batch.Inputs, batch.Entry), batch.Labels, reduction: nn.Reduction.None)
            .data<float>()
            .ToArray();
        Assert.Equal((0.5 * losses[0] + 1.5 * losses[1] + 3 * losses[2]) / 5, weighted, 1e-5);
    }

    [Fact]
    public void EarlyStopping_EndsTheRunWhenEpochsBringNothing_AndSaysSo()
    {
        // A rate at which nothing is learned.
        JobSpec job = _small.Job(
            "linear-probe",
            Network,
            _small.Weights(Network),
            ("epochs", 20),
            ("image-size", 32),
            ("learning-rate", 1e-7),
            ("patience", 3)
        );

        List<RunEvent> events = _small.Execute(job).Events;

        Assert.Equal(4, events.OfType<EpochCompleted>().Count());
        Assert.Contains(events.OfType<MessageLogged>(), m => m.Text.Contains("Stopped after epoch 4", StringComparison.Ordinal));
    }

    private static (TransferMethod Method, ParameterSet Settings) Create(
        string name,
        params (string Name, ParameterValue Value)[] parameters
    ) => TransferMethodRegistry.Create(name, parameters.ToDictionary(p => p.Name, p => p.Value));

    private static TransferModel Model()
    {
        manual_seed(1);
        return new TransferModel(BackboneRegistry.Create(Network, Classes.Length), Classes, CPU);
    }

    private static IEnumerable<Parameter> Trunk(TransferModel model) =>
        model.Backbone.LayerGroups.SelectMany(g => g.Modules).SelectMany(m => m.parameters());

    private static Batch Images(int count)
    {
        manual_seed(2);
        return new Batch(randn(count, 3, 64, 64), tensor([.. Enumerable.Range(0, count).Select(i => (long)(i % Classes.Length))]), 0, []);
    }

    private static float[] HeadOf(RunFolder folder) => WeightsFile.Open(folder.BestCheckpoint)["fc.weight"].ToSingles();

    private static double LargestDifference(float[] one, float[] other) => one.Zip(other, (a, b) => (double)Math.Abs(a - b)).Max();

    private static bool IsHead(string tensor) => tensor.StartsWith("fc.", StringComparison.Ordinal);

    private static double SquaredDistance(string before, string after)
    {
        IReadOnlyDictionary<string, TensorData> a = WeightsFile.Open(before),
            b = WeightsFile.Open(after);
        return a.Where(t => t.Key.EndsWith("weight", StringComparison.Ordinal) && !IsHead(t.Key))
            .Sum(t => t.Value.ToSingles().Zip(b[t.Key].ToSingles(), (x, y) => (double)(x - y) * (x - y)).Sum());
    }

    private static Sample SampleOf(string label) =>
        new()
        {
            File = "a.png",
            Sha256 = "",
            Name = "a.png",
            Label = label,
            Split = Split.Train,
            Width = 1,
            Height = 1,
        };
}

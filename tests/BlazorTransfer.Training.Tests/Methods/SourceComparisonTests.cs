using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Classifiers;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Tests.Runs;
using BlazorTransfer.Training.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Methods;

/// <summary>What defines the methods that keep the pretrained network beside the one that learns.</summary>
public sealed class SourceComparisonTests : IDisposable
{
    private const string Network = "resnet18_slim";
    private const int SourceClasses = 7;
    private static readonly string[] Classes = ["a", "b", "c"];
    private readonly SmallRun _small = new();

    public static TheoryData<string> MethodNames =>
        [.. TransferMethodRegistry.All.Where(m => m.Source != SourceUse.None).Select(m => m.Name)];

    public void Dispose() => _small.Dispose();

    [Theory]
    [MemberData(nameof(MethodNames))]
    public void WithoutPretrainedWeights_TheMethodIsRefused(string method)
    {
        TrainingException e = Assert.Throws<TrainingException>(() => _small.Execute(_small.Job(method, Network, weights: null)));

        Assert.Contains("needs pretrained weights", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(MethodNames))]
    public void WeightsWithoutAHead_AreRefusedByMethodsThatAskIt(string method)
    {
        string weights = _small.Weights(Network),
            trunk = Path.Combine(_small.Folder, "trunk.safetensors");
        Safetensors.Write(
            trunk,
            WeightsFile.Open(weights).Where(t => !t.Key.StartsWith("fc.", StringComparison.Ordinal)).ToDictionary(t => t.Key, t => t.Value)
        );
        JobSpec job = _small.Job(method, Network, trunk, ("epochs", 1), ("image-size", 64));

        if (method == "delta")
            Assert.True(File.Exists(_small.Execute(job).Folder.BestCheckpoint));
        else
            Assert.Contains(
                "these weights have no head",
                Assert.Throws<TrainingException>(() => _small.Execute(job)).Message,
                StringComparison.Ordinal
            );
    }

    [Theory]
    [InlineData("resnet18_slim", 7)]
    [InlineData("squeezenet1_1", 5)]
    [InlineData("mobilenet_v2", 3)]
    [InlineData("googlenet", 4)]
    public void HeadClasses_AreReadFromTheFile(string network, int classes) =>
        Assert.Equal(classes, WeightsLoader.HeadClasses(network, WeightsFile.Open(_small.Weights(network, classes))));

    [Theory]
    [InlineData(5_000_000, 256)]
    [InlineData(7, 255)]
    public void HeadThatIsNotWhole_IsNone_HoweverManyClassesItClaims(int claimed, int width)
    {
        // Five million classes would be five gigabytes, had anybody built the head to compare with it.
        var tensors = new Dictionary<string, TensorData>(WeightsFile.Open(_small.Weights(Network)))
        {
            ["fc.bias"] = new TensorData(ElementType.Float32, [claimed], new byte[4L * claimed]),
            ["fc.weight"] = new TensorData(ElementType.Float32, [7, width], new byte[4 * 7 * width]),
        };

        Assert.Null(WeightsLoader.HeadClasses(Network, tensors));
    }

    [Fact]
    public void Delta_HoldsTheMapsOfTheLearningGroups_ByAttention()
    {
        const double alpha = 3;
        using var scope = NewDisposeScope();
        using TransferModel model = Model();
        using var method = Assert.IsType<Delta>(
            Create("delta", ("behaviour-strength", alpha), ("freeze-depth", 2), ("freeze-batch-norm", true))
        );
        method.Configure(model);
        method.Prepare(model, new Held(Batch(12)), 4, _ => { }, CancellationToken.None);
        method.OnEpochStart(model, 1);
        Batch batch = Batch(4);

        Assert.Equal(3, method.Attention.Count);
        Assert.All(method.Attention, a => Assert.Equal(1, a.sum().item<float>(), 1e-4));
        // Nothing has moved yet.
        Assert.Equal(0, method.ComputeLoss(model, batch).Parts!["delta"].item<float>(), 1e-8);
        using (no_grad())
            model.Backbone.LayerGroups[3].Modules[0].parameters().First().mul_(1.5);
        Loss loss = method.ComputeLoss(model, batch);

        double expected = 0;
        for (int l = 2; l < model.HeadEntry; l++)
        {
            Tensor distance = (
                model.Backbone.ForwardGroups(batch.Inputs, 0, l + 1) - model.Source!.Backbone.ForwardGroups(batch.Inputs, 0, l + 1)
            ).square();
            float[] byChannel = distance.mean([0, 2, 3]).data<float>().ToArray(),
                attention = method.Attention[l - 2].data<float>().ToArray();
            expected += alpha / 2 * byChannel.Zip(attention, (d, a) => d * a).Sum();
        }

        Assert.True(expected > 1e-6);
        Assert.Equal(expected, loss.Parts!["delta"].item<float>(), 1e-4 * expected);
        Assert.Equal(loss.Total.item<float>(), loss.Parts["delta"].item<float>() + loss.Parts["cross-entropy"].item<float>(), 1e-5);
    }

    [Fact]
    public void Delta_AttendsToTheChannelsWithoutWhichTheClassesAreToldApartWorse()
    {
        using var scope = NewDisposeScope();
        using TransferModel model = Model();
        using var method = Assert.IsType<Delta>(Create("delta", ("freeze-depth", 4)));
        method.Configure(model);
        Batch all = Batch(30);

        method.Prepare(model, new Held(all), 10, _ => { }, CancellationToken.None);

        double correlation = Exact(model.Source!, all, Assert.Single(method.Attention));
        Assert.True(correlation > 0.7, $"The estimate does not follow what removing each channel does: {correlation:F2}.");
    }

    [Fact]
    public void CoTuning_FindsWhichPretrainedClassesTheNewOnesLookLike()
    {
        using var scope = NewDisposeScope();
        // Class 0 looks like the old classes 0 (twice as often) and 1, class 1 like 2; nothing looks like 3.
        int[] old = [0, 0, 1, 2, 2, 2];
        long[] labels = [0, 0, 0, 1, 1, 1];
        Tensor probabilities = full(120, 4, 0.02f);
        for (int i = 0; i < 120; i++)
            probabilities[i, old[i % 6]] = 0.94f;
        Tensor targets = tensor([.. Enumerable.Range(0, 120).Select(i => labels[i % 6])]);

        float[] p = CoTuning.Relate(probabilities, targets, 2, CancellationToken.None).data<float>().ToArray();

        Assert.Equal(1, p[..4].Sum(), 1e-5);
        Assert.Equal(1, p[4..].Sum(), 1e-5);
        Assert.InRange(p[0], 0.55, 0.72);
        Assert.InRange(p[1], 0.25, 0.4);
        Assert.True(p[2] < 0.05 && p[3] < 0.05, string.Join(", ", p));
        Assert.True(p[6] > 0.85, string.Join(", ", p));
    }

    [Fact]
    public void CoTuning_AddsTheCrossEntropyOfThePretrainedClasses_AndTeachesTheirHead()
    {
        const double strength = 2.3;
        using var scope = NewDisposeScope();
        using TransferModel model = Model();
        using var method = Assert.IsType<CoTuning>(Create("co-tuning", ("co-tuning-strength", strength)));
        method.Configure(model);
        method.Prepare(model, new Held(Batch(12)), 4, _ => { }, CancellationToken.None);
        Batch batch = Batch(4);

        Loss loss = method.ComputeLoss(model, batch);

        Assert.Equal([Classes.Length, SourceClasses], method.Relation.shape);
        float[] logits = model
            .Source!.Backbone.ForwardHead(model.Backbone.ForwardFeatures(batch.Inputs))
            .log_softmax(1)
            .data<float>()
            .ToArray();
        float[] relation = method.Relation.data<float>().ToArray();
        long[] labels = batch.Labels.data<long>().ToArray();
        double expected =
            -strength
            / 4
            * Enumerable
                .Range(0, 4)
                .Sum(n =>
                    Enumerable
                        .Range(0, SourceClasses)
                        .Sum(s => (double)relation[labels[n] * SourceClasses + s] * logits[n * SourceClasses + s])
                );
        Assert.Equal(expected, loss.Parts!["co-tuning"].item<float>(), 1e-4 * expected);
        Parameter head = model.Source.Backbone.Head.parameters().First();
        Assert.Contains(method.ParameterGroups(model), g => g.Parameters.Any(p => ReferenceEquals(p, head) || p.Handle == head.Handle));
        loss.Total.backward();
        Assert.True(head.grad!.abs().sum().item<float>() > 0);
        Assert.All(
            model.Source.Backbone.LayerGroups.SelectMany(g => g.Modules).SelectMany(m => m.parameters()),
            p => Assert.True(p.grad is null)
        );
    }

    [Fact]
    public void LearningWithoutForgetting_PullsNowhereAtTheStart_AndBackOnceTheAnswersDiffer()
    {
        using var scope = NewDisposeScope();
        using TransferModel model = Model();
        using var method = Create("lwf", ("remembering-strength", 1.5), ("temperature", 2), ("freeze-batch-norm", true));
        method.Configure(model);
        method.OnEpochStart(model, 1);
        Batch batch = Batch(6);
        Parameter kernel = model.Backbone.LayerGroups[4].Modules.SelectMany(m => m.parameters()).First();

        // Cross-entropy of a distribution with itself is its entropy, and least there.
        Tensor remembering = method.ComputeLoss(model, batch).Parts!["remembering"];
        Tensor softened = (model.Source!.Logits(batch.Inputs) / 2).softmax(1);
        Assert.Equal(-1.5 * (softened * softened.log()).sum(1).mean().item<float>(), remembering.item<float>(), 1e-4);
        remembering.backward();
        Assert.True(kernel.grad!.abs().max().item<float>() < 1e-5, "It pulls although nothing has changed.");

        using (no_grad())
            kernel.mul_(2);
        Tensor after = method.ComputeLoss(model, batch).Parts!["remembering"];
        Assert.True(after.item<float>() > remembering.item<float>());
        after.backward();
        using (no_grad())
            kernel.sub_(0.01 * kernel.grad!);
        Assert.True(
            method.ComputeLoss(model, batch).Parts!["remembering"].item<float>() < after.item<float>(),
            "Following it does not bring the old answers back."
        );
    }

    /// <summary>Rank correlation of the attention with what the loss of a logistic regression gains when each channel is set to
    /// zero.</summary>
    private static double Exact(TransferModel source, Batch all, Tensor attention)
    {
        using var inference = no_grad();
        Tensor features = source.Backbone.Pool(source.HeadInput(all.Inputs, 0));
        using var standard = Standardisation.Of(features);
        using var probe = LogisticRegression.Fit(standard.Apply(features), all.Labels, Classes.Length, 0.01, CancellationToken.None);
        double Loss(Tensor f) => nn.functional.cross_entropy(probe.Logits(standard.Apply(f)), all.Labels).item<float>();
        double whole = Loss(features);
        double[] gains =
        [
            .. Enumerable
                .Range(0, (int)features.shape[1])
                .Select(c =>
                {
                    Tensor without = features.clone();
                    without.select(1, c).zero_();
                    return Loss(without) - whole;
                }),
        ];
        double[] estimates = [.. attention.data<float>().ToArray().Select(a => (double)a)];
        return Correlation(Ranks(gains), Ranks(estimates));
    }

    private static double[] Ranks(double[] values)
    {
        double[] ranks = new double[values.Length];
        foreach ((int index, int rank) in values.Select((v, i) => (v, i)).OrderBy(p => p.v).Select((p, rank) => (p.i, rank)))
            ranks[index] = rank;
        return ranks;
    }

    private static double Correlation(double[] a, double[] b)
    {
        double ma = a.Average(),
            mb = b.Average();
        return a.Zip(b, (x, y) => (x - ma) * (y - mb)).Sum() / Math.Sqrt(a.Sum(x => (x - ma) * (x - ma)) * b.Sum(y => (y - mb) * (y - mb)));
    }

    private static TransferMethod Create(string name, params (string Name, ParameterValue Value)[] parameters) =>
        TransferMethodRegistry.Create(name, parameters.ToDictionary(p => p.Name, p => p.Value)).Method;

    /// <summary>A model whose trunk is its source's.</summary>
    private static TransferModel Model()
    {
        manual_seed(1);
        Backbone source = BackboneRegistry.Create(Network, SourceClasses),
            learning = BackboneRegistry.Create(Network, Classes.Length);
        var snapshot = new TransferModel(source, [.. Enumerable.Range(0, SourceClasses).Select(c => $"s{c}")], CPU);
        WeightsLoader.Load(learning, snapshot.Snapshot());
        foreach (Parameter p in source.parameters())
            p.requires_grad = false;
        source.eval();
        return new TransferModel(learning, Classes, CPU) { Source = snapshot };
    }

    private static Batch Batch(int count)
    {
        manual_seed(2);
        long[] labels = [.. Enumerable.Range(0, count).Select(i => (long)(i % Classes.Length))];
        // Classes differ in brightness.
        return new Batch(
            randn(count, 3, 64, 64) + tensor([.. labels.Select(l => (float)l)]).reshape(-1, 1, 1, 1),
            tensor(labels),
            0,
            [.. labels.Select(_ => Sample())]
        );
    }

    private static Core.Datasets.Sample Sample() =>
        new()
        {
            File = "",
            Name = "",
            Sha256 = "",
            Width = 64,
            Height = 64,
            Label = "a",
            Split = Core.Datasets.Split.Train,
        };

    /// <summary>One batch as a source of batches.</summary>
    private sealed class Held(Batch all) : BatchSource(all.Samples)
    {
        public override IEnumerable<Batch> Read(IReadOnlyList<int> order, int batchSize, int epoch, CancellationToken cancel)
        {
            foreach (int[] part in order.Chunk(batchSize))
            {
                Tensor index = tensor([.. part.Select(i => (long)i)]);
                yield return new Batch(
                    all.Inputs.index_select(0, index),
                    all.Labels.index_select(0, index),
                    0,
                    [.. part.Select(i => Samples[i])]
                );
            }
        }
    }
}

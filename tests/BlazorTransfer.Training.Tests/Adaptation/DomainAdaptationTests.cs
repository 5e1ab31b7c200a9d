using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Adaptation;

/// <summary>What the methods that train on two domains have in common, on a small network.</summary>
public sealed class DomainAdaptationTests
{
    private const string Network = "resnet18_slim";
    private static readonly string[] Classes = ["a", "b", "c"];

    public static TheoryData<string> Trained =>
        [
            .. TransferMethodRegistry
                .All.Where(m => m is { AdaptsToTarget: true, FitsAtOnce: false } && m.Name != "adabn")
                .Select(m => m.Name),
        ];

    [Theory]
    [MemberData(nameof(Trained))]
    public void ComputeLoss_AddsWhatItNames_AndGrowsFromNothing(string name)
    {
        using var scope = NewDisposeScope();
        using Trial trial = New(name);

        trial.Method.OnEpochStart(trial.Model, 1);
        Loss first = trial.Method.ComputeLoss(trial.Model, Pair(1, 2));
        trial.Method.OnEpochStart(trial.Model, 10);
        Loss last = trial.Method.ComputeLoss(trial.Model, Pair(1, 2));

        // The second classifier of MCD learns as the first does.
        string own = Assert.Single(last.Parts!.Keys, k => k is not ("cross-entropy" or "second cross-entropy"));
        Assert.Equal(last.Total.item<float>(), last.Parts!.Values.Sum(p => p.item<float>()), 1e-5);
        Assert.True(last.Parts[own].item<float>() * (name == "mcd" ? -1 : 1) > 0);
        // A discriminator learns from the first step on; it is the network's way through it that is shut.
        if (name is not ("dann" or "cdan"))
            Assert.Equal(0, first.Parts![own].item<float>(), 1e-7);
        last.Total.backward();
        Assert.All(trial.Model.Backbone.Head.parameters(), p => Assert.True(p.grad is not null && p.grad.isfinite().all().item<bool>()));
    }

    [Fact]
    public void Adversary_TurnsTheGradientRound_AndNotBeforeItsTime()
    {
        using var scope = NewDisposeScope();
        using Trial trial = New("dann");
        float[] Gradient(int epoch)
        {
            trial.Model.Backbone.zero_grad();
            trial.Method.OnEpochStart(trial.Model, epoch);
            trial.Method.ComputeLoss(trial.Model, Pair(1, 2)).Parts!["domain"].backward();
            return trial.Model.Backbone.Head.parameters().First().grad!.data<float>().ToArray();
        }

        Assert.All(Gradient(1), g => Assert.Equal(0, g, 1e-12));
        Assert.Contains(Gradient(10), g => Math.Abs(g) > 1e-6);
    }

    /// <summary>A step along the negative gradient of the loss makes the disagreement larger where classifiers take it, and smaller where
    /// the features do.</summary>
    [Fact]
    public void Mcd_ClassifiersDisagreeMore_AndFeaturesLetThemDisagreeLess()
    {
        using var scope = NewDisposeScope();
        double Change(bool ofClassifier)
        {
            using Trial trial = New("mcd");
            trial.Method.OnEpochStart(trial.Model, 10);
            double Discrepancy(bool learns)
            {
                Tensor loss = trial.Method.ComputeLoss(trial.Model, Pair(1, 2)).Parts!["negative discrepancy"];
                if (learns)
                    loss.backward();
                return -loss.item<float>();
            }

            double before = Discrepancy(learns: true);
            using (no_grad())
            {
                foreach (
                    TorchSharp.Modules.Parameter p in (ofClassifier ? trial.Model.Backbone.LastLayer! : trial.Model.Backbone.Head)
                        .parameters()
                        .Take(ofClassifier ? 2 : 1)
                )
                    p.add_(p.grad!.Times(-0.01));
            }

            return Discrepancy(learns: false) - before;
        }

        Assert.True(Change(ofClassifier: true) > 1e-6, $"{Change(ofClassifier: true)}");
        Assert.True(Change(ofClassifier: false) < -1e-6, $"{Change(ofClassifier: false)}");
    }

    [Fact]
    public void Mcd_WithoutAHiddenLayer_IsRefused()
    {
        (TransferMethod method, _) = TransferMethodRegistry.Create("mcd", new Dictionary<string, ParameterValue> { ["head-width"] = 0 });
        using var trial = new Trial(method, new TransferModel(BackboneRegistry.Create(Network, Classes.Length), Classes, CPU));

        Assert.Contains(
            "hidden layer",
            Assert.Throws<TrainingException>(() => method.Configure(trial.Model)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Discriminator_TellsItsAccuracyOfTheEpoch()
    {
        using var scope = NewDisposeScope();
        using Trial trial = New("dann");

        trial.Method.OnEpochStart(trial.Model, 2);
        trial.Method.ComputeLoss(trial.Model, Pair(1, 2));
        trial.Method.ComputeLoss(trial.Model, Pair(1, 3));
        double told = trial.Method.EpochFigures[MetricKeys.DiscriminatorAccuracy];
        trial.Method.OnEpochStart(trial.Model, 3);

        // Of two steps on sixteen images each.
        Assert.InRange(told, 1 / 32.0, 1);
        Assert.Equal(Math.Round(told * 32), told * 32, 1e-9);
        Assert.Equal(0, trial.Method.EpochFigures[MetricKeys.DiscriminatorAccuracy]);
    }

    [Fact]
    public void Statistics_ThatTheModelKeeps_AreTheTargetsAlone()
    {
        using var scope = NewDisposeScope();
        float[] MeansAfter(int source, int target)
        {
            using Trial trial = New("mcc");
            trial.Method.OnEpochStart(trial.Model, 2);
            trial.Method.ComputeLoss(trial.Model, Pair(source, target));
            return trial.Model.Backbone.modules().OfType<BatchNorm>().Last().get_buffer("running_mean")!.data<float>().ToArray();
        }

        Assert.Equal(MeansAfter(1, 2), MeansAfter(3, 2));
        Assert.NotEqual(MeansAfter(1, 2), MeansAfter(1, 3));
    }

    [Fact]
    public void View_SeesEachDomainByItsOwnStatistics_AndLeavesTheModelAsItWas()
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        using Trial trial = New("mcc");
        trial.Method.OnEpochStart(trial.Model, 2);
        // The same pictures in brighter light.
        Batch dark = Images(1),
            bright = dark with { Inputs = dark.Inputs.Times(3).Plus(1) };
        byte[] before = [.. trial.Model.Snapshot().SelectMany(t => t.Value.Bytes.ToArray())];

        Tensor one = trial.Method.View(trial.Model, dark, ofTarget: false).Features,
            other = trial.Method.View(trial.Model, bright, ofTarget: true).Features;

        byte[] after = [.. trial.Model.Snapshot().SelectMany(t => t.Value.Bytes.ToArray())];
        Assert.Equal(before, after);
        Assert.Equal([8, 16], one.shape);
        double apart = one.mean([0]).Minus(other.mean([0])).norm().item<float>(),
            size = one.norm(1).mean().item<float>();
        Assert.True(apart < 0.2 * size, $"{apart:F3} apart, where a picture is {size:F3} long.");
    }

    private static Trial New(string name)
    {
        manual_seed(1);
        (TransferMethod method, _) = TransferMethodRegistry.Create(
            name,
            new Dictionary<string, ParameterValue>
            {
                ["epochs"] = 10,
                ["head-width"] = 16,
                ["batch-size"] = 8,
            }
        );
        var model = new TransferModel(BackboneRegistry.Create(Network, Classes.Length, new HeadSpec(16)), Classes, CPU);
        method.Configure(model);
        return new Trial(method, model);
    }

    private static Batch Pair(int source, int target) =>
        Images(source) with
        {
            Target = Images(target) with { Labels = full([8], -1, dtype: ScalarType.Int64) },
        };

    private static Batch Images(int seed)
    {
        manual_seed(seed);
        return new Batch(
            randn(8, 3, 64, 64).Times(seed),
            tensor([.. Enumerable.Range(0, 8).Select(i => (long)(i % Classes.Length))]),
            0,
            []
        );
    }

    private sealed record Trial(TransferMethod Method, TransferModel Model) : IDisposable
    {
        public void Dispose()
        {
            Method.Dispose();
            Model.Dispose();
        }
    }
}

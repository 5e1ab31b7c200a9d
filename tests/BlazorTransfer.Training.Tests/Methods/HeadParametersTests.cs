using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Evaluation;
using BlazorTransfer.Training.Export;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Optimization;
using BlazorTransfer.Training.Tests.Runs;
using BlazorTransfer.Training.Weights;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Methods;

/// <summary>The head's hidden layer as a setting of a run, from the job to the runs that start from its model.</summary>
public sealed class HeadParametersTests : IDisposable
{
    private const string Network = "resnet18_slim";

    // Most tests need no images.
    private readonly Lazy<SmallRun> _small = new(() => new SmallRun());

    public static TheoryData<string> WithAHead =>
        [
            .. TransferMethodRegistry
                .All.Where(m => m is { TakesWeights: true, FitsAtOnce: false, AdaptsToTarget: false })
                .Select(m => m.Name),
        ];

    public void Dispose()
    {
        if (_small.IsValueCreated)
            _small.Value.Dispose();
    }

    [Theory, MemberData(nameof(WithAHead))]
    public void EveryMethodThatMakesANewHead_HasALinearOneUnlessAsked(string name)
    {
        Assert.Null(Create(name).Head);
        Assert.Null(Create(name, ("head-dropout", 0.5)).Head);
        Assert.Equal(new HeadSpec(256, 0.5), Create(name, ("head-width", 256), ("head-dropout", 0.5)).Head);
    }

    [Fact]
    public void Of_GivesAMethodItsOwnDefault()
    {
        (ParameterSet? settings, _) = ParameterSet.Resolve(
            HeadParameters.Of(HeadParameters.BottleneckWidth),
            new Dictionary<string, ParameterValue>()
        );

        Assert.Equal(new HeadSpec(256), HeadParameters.From(settings!));
    }

    [Theory]
    [InlineData("head-width", -1, "Hidden layer of the head must be at least 0")]
    [InlineData("head-width", 4097, "Hidden layer of the head must be at most 4096")]
    [InlineData("head-width", 2.5, "Hidden layer of the head must be a whole number")]
    [InlineData("head-dropout", 1, "Dropout in the head must be at most 0.9")]
    public void Create_WithAWrongSetting_SaysWhich(string name, double value, string message) =>
        Assert.Contains(
            message,
            Assert.Throws<TrainingException>(() => Create("fine-tuning", (name, value))).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void FineTuning_WithFrozenStatistics_LeavesTheHeadsAlone_AndAllOfTheHeadHasItsRate()
    {
        using TransferMethod method = Create(
            "fine-tuning",
            ("freeze-batch-norm", true),
            ("head-width", 4),
            ("head-learning-rate-factor", 7)
        );
        using var model = new TransferModel(BackboneRegistry.Create(Network, 3, method.Head), ["a", "b", "c"], CPU);
        method.Configure(model);

        method.OnEpochStart(model, 1);

        BatchNorm head = Assert.Single(model.Backbone.Head.modules().OfType<BatchNorm>());
        Assert.Equal([head], model.Backbone.modules().OfType<BatchNorm>().Where(n => n.training));
        ParameterGroup group = Assert.Single(method.ParameterGroups(model), g => g.LearningRateFactor == 7);
        Assert.Equal(6, group.Parameters.Count);
        Assert.All(model.Backbone.Head.parameters(), p => Assert.Contains(group.Parameters, g => ReferenceEquals(g, p)));
    }

    [Fact]
    public void ModelWithAHiddenLayer_IsRestored_AndIsAStartWhoseHeadIsTakenWhereItIsTheSame()
    {
        JobSpec job = Job("linear-probe", null, ("head-width", 8), ("head-dropout", 0.5));
        LiveTensors.CollectLeftovers();
        (RunFolder parent, List<RunEvent> events) = _small.Value.Execute(job);

        EpochCompleted[] epochs = [.. events.OfType<EpochCompleted>()];
        Assert.Equal(epochs[^2].LiveTensors, epochs[^1].LiveTensors);
        Assert.Equal(
            Enumerable.Repeat(256 * 8 + 8 + 2 * 8 + 8 * 4 + 4L, 1),
            events.OfType<RunStarted>().Select(e => e.TrainableParameters)
        );
        // Read anew from its files, the model scores what it scored.
        Assert.Equal(
            epochs.Last(e => e.IsBest).Metrics[MetricKeys.ValidationTop1],
            events.OfType<EvaluationCompleted>().First().Metrics[MetricKeys.ValidationTop1]
        );
        using (Predictor predictor = Predictor.Open(parent.BestCheckpoint))
            Assert.Equal(new HeadSpec(8, 0.5), predictor.Model.Backbone.HeadSpec);

        string weights = parent.BestCheckpoint;
        Assert.Contains("including the head", Message("linear-probe", ("head-width", 8)), StringComparison.Ordinal);
        Assert.Contains("the head is new", Message("linear-probe", ("head-width", 9)), StringComparison.Ordinal);
        Assert.Contains("the head is new", Message("fine-tuning"), StringComparison.Ordinal);

        string Message(string method, params (string Name, ParameterValue Value)[] parameters) =>
            Assert.Single(_small.Value.Execute(Job(method, weights, parameters)).Events.OfType<MessageLogged>()).Text;
    }

    [Fact]
    public void MethodsThatAskThePretrainedHead_TakeOneWithAHiddenLayer()
    {
        (RunFolder parent, _) = _small.Value.Execute(Job("linear-probe", null, ("head-width", 8)));
        // Of half the precision, and without counters.
        string weights = BackboneFile.Write(parent, Job("linear-probe", null));
        using Backbone same = BackboneRegistry.Create(Network, 4, new HeadSpec(8));
        Assert.True(WeightsLoader.Load(same, WeightsFile.Open(weights)).HeadLoaded);

        foreach (string method in new[] { "lwf", "co-tuning" })
        {
            (RunFolder folder, _) = _small.Value.Execute(Job(method, weights, ("head-width", 5)));

            Assert.Equal(new HeadSpec(5), ModelDescription.Load(ModelDescription.PathBeside(folder.BestCheckpoint)).Head);
        }
    }

    private JobSpec Job(string method, string? weights, params (string Name, ParameterValue Value)[] parameters) =>
        _small.Value.Job(method, Network, weights, [("epochs", weights is null ? 4 : 1), ("image-size", 32), .. parameters]);

    private static TransferMethod Create(string name, params (string Name, ParameterValue Value)[] parameters) =>
        TransferMethodRegistry.Create(name, parameters.ToDictionary(p => p.Name, p => p.Value)).Method;
}

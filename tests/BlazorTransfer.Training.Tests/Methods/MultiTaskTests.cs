using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Evaluation;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.LabelKinds;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Optimization;
using BlazorTransfer.Training.Tests.Runs;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Pictures = BlazorTransfer.Training.Tests.Augmentation.Pictures;

namespace BlazorTransfer.Training.Tests.Methods;

/// <summary>One network, several questions: whose labels teach which outputs, and how much.</summary>
public sealed class MultiTaskTests : IDisposable
{
    private const string Network = "resnet18_slim";
    private static readonly string[] Classes = ["a", "b", "c"];
    private static readonly LabelTask Light = new("light", ["cold", "warm"]),
        Size = new("size", ["l", "m", "s"]);
    private readonly SmallRun _small = new(imagesPerClass: 8);

    public void Dispose() => _small.Dispose();

    [Fact]
    public void Loss_IsTheWeighedMeanOverTheQuestions_EachOverTheImagesThatHaveALabelForIt()
    {
        using var scope = NewDisposeScope();
        using TransferModel model = Model((Light, 0.5), (Size, 2));
        using TransferMethod method = Create(("classes-weight", 1.5));
        method.Configure(model);
        Batch batch = Images(("cold", "s"), ("warm", null), (null, "s"), ("unheard of", "m"));

        Loss loss = method.ComputeLoss(model, batch);

        Tensor outputs = model.Outputs(batch.Inputs).detach(); // [4, 3 + 2 + 3]
        double classes = CrossEntropy(outputs, 0, 3, (0, 0), (1, 1), (2, 2), (3, 0)),
            light = CrossEntropy(outputs, 3, 2, (0, 0), (1, 1)),
            size = CrossEntropy(outputs, 5, 3, (0, 2), (2, 2), (3, 1));
        Assert.Equal(
            [classes, light, size],
            new[] { "classes", "light", "size" }.Select(p => (double)loss.Parts![p].item<float>()),
            Within(1e-5)
        );
        Assert.Equal((1.5 * classes + 0.5 * light + 2 * size) / 4, loss.Total.item<float>(), 1e-5);
        Assert.Equal([4, 3], loss.Logits.shape);
    }

    [Fact]
    public void Question_ThatNoImageOfTheBatchHasALabelFor_LearnsNothing_AndTheOthersNoMoreThanUsual()
    {
        using var scope = NewDisposeScope();
        using TransferModel model = Model((Light, 1), (Size, 1));
        using TransferMethod method = Create();
        method.Configure(model);

        Loss loss = method.ComputeLoss(model, Images(("cold", null), ("warm", null)));
        loss.Total.backward();

        Assert.Equal(["classes", "light"], loss.Parts!.Keys);
        Assert.Equal((loss.Parts["classes"].item<float>() + loss.Parts["light"].item<float>()) / 3, loss.Total.item<float>(), 1e-5);
        float[] slopes = ((Linear)model.Backbone.Head).bias!.grad!.abs().data<float>().ToArray();
        Assert.All(slopes[..5], s => Assert.True(s > 0));
        Assert.All(slopes[5..], s => Assert.Equal(0, s));
    }

    [Fact]
    public void Loss_OfMixedImages_CountsBothPartsLabels()
    {
        using var scope = NewDisposeScope();
        using TransferModel model = Model((Light, 1));
        using TransferMethod method = Create();
        method.Configure(model);
        // Image 0 is mostly image 1, image 1 mostly itself with some of 2, and image 2 has a part of 0.
        Batch batch = Images(("cold", null), ("warm", null), (null, null)) with
        {
            Mixture = new Mixture(tensor([0L, 2, 0]), tensor([0.75f, 0.5f, 0.625f]), tensor([false, true, true])),
        };

        double loss = method.ComputeLoss(model, batch).Parts!["light"].item<float>();

        Tensor outputs = model.Outputs(batch.Inputs).detach();
        // The other two have a part of image 2, whose light nobody knows.
        Assert.Equal(0.75 * CrossEntropy(outputs, 3, 2, (0, 1)) + 0.25 * CrossEntropy(outputs, 3, 2, (0, 0)), loss, 1e-5);
    }

    [Fact]
    public void Labels_WeighedLikeClasses_CountByHowRareTheyAre()
    {
        using var scope = NewDisposeScope();
        using TransferModel model = Model((Light, 1));
        using TransferMethod method = Create();
        method.Configure(model);
        Batch batch = Images(("cold", null), ("warm", null), ("warm", null), ("warm", null));
        model.WeighLabels(batch.Samples);

        double loss = method.ComputeLoss(model, batch).Parts!["light"].item<float>();

        Assert.Equal([2f, 2f / 3], Pictures.Values(model.TaskLabelWeights[0]), (a, b) => Math.Abs(a - b) < 1e-6);
        Tensor outputs = model.Outputs(batch.Inputs).detach();
        Assert.Equal((CrossEntropy(outputs, 3, 2, (0, 0)) + CrossEntropy(outputs, 3, 2, (1, 1), (2, 1), (3, 1))) / 2, loss, 1e-5);
    }

    [Fact]
    public void UncertaintyWeights_AreThoseOfTheirFormula_AndSettleWhereItSays()
    {
        using var scope = NewDisposeScope();
        using var weights = new UncertaintyWeights(3);
        Parameter s = weights.parameters().Single();
        using (no_grad())
            s.copy_(tensor([0.5f, -0.25f, 1f]));
        Tensor?[] losses = [tensor(2f), tensor(0.1f), null];

        Tensor loss = weights.Weigh(losses);
        loss.backward();

        Assert.Equal(Math.Exp(-0.5) * 2 + 0.25 + Math.Exp(0.25) * 0.1 - 0.125, loss.item<float>(), 1e-6);
        Assert.Equal([Math.Exp(-0.5), Math.Exp(0.25), Math.Exp(-1)], weights.Weights, Within(1e-6));
        Assert.Equal(
            [0.5 - Math.Exp(-0.5) * 2, 0.5 - Math.Exp(0.25) * 0.1, 0],
            Pictures.Values(s.grad!).Select(g => (double)g),
            Within(1e-6)
        );
        optim.Optimizer steps = optim.SGD([s], 0.2);
        for (int i = 0; i < 300; i++)
        {
            steps.zero_grad();
            weights.Weigh(losses).backward();
            steps.step();
        }

        // The least of exp(−s) L + s / 2, where the weight is 1 / 2 L; of the third question nothing was ever told.
        Assert.Equal([1 / 4.0, 1 / 0.2, Math.Exp(-1)], weights.Weights, Within(1e-3));
        Assert.Throws<ArgumentException>(() => weights.Weigh([null]));
    }

    [Fact]
    public void Loss_WithLearnedWeights_BeginsAsTheSum_AndItsWeightsAreTrainedBesideTheNetwork()
    {
        using var scope = NewDisposeScope();
        using TransferModel model = Model((Light, 0.5));
        using TransferMethod method = Create(("task-weighting", "uncertainty"));
        method.Configure(model);
        IReadOnlyList<ParameterGroup> groups = method.ParameterGroups(model);

        Loss loss = method.ComputeLoss(model, Images(("cold", null), ("warm", null)));
        loss.Total.backward();

        Assert.Equal(loss.Parts!["classes"].item<float>() + loss.Parts["light"].item<float>(), loss.Total.item<float>(), 1e-5);
        Parameter learned = Assert.Single(groups[^1].Parameters);
        Assert.Equal(100, groups[^1].LearningRateFactor);
        Assert.Equal(
            loss.Parts.Values.Select(p => 0.5 - p.item<float>()),
            Pictures.Values(learned.grad!).Select(g => (double)g),
            Within(1e-5)
        );
        Assert.Equal(new Dictionary<string, double> { ["task-weight"] = 1, ["task-weight:light"] = 1 }, method.EpochFigures);
    }

    [Fact]
    public void Run_LearnsTheFurtherLabelsToo_KeepsWhatIsBestInTheMean_AndItsFileAnswersThem()
    {
        JobSpec job = Job(("epochs", 4), ("image-size", 64), ("learning-rate", 0.003), ("task-weighting", "uncertainty")) with
        {
            LabelSets = [new("lighting")],
        };

        (RunFolder folder, List<RunEvent> events) = _small.Execute(job);

        Assert.Equal([new LabelTask("lighting", ["cold", "warm"])], events.OfType<RunStarted>().Single().LabelSets);
        EpochCompleted[] epochs = [.. events.OfType<EpochCompleted>()];
        double Mean(EpochCompleted e) => (e.Metrics[MetricKeys.ValidationTop1] + e.Metrics["validation.top1:lighting"]) / 2;
        int best = events.OfType<CheckpointSaved>().Last().Epoch;
        Assert.Equal(epochs.First(e => Mean(e) == epochs.Max(Mean)).Epoch, best);
        Assert.All(epochs, e => Assert.True(e.Metrics["task-weight:lighting"] > 0));
        Assert.NotEqual(epochs[0].Metrics["task-weight:lighting"], epochs[^1].Metrics["task-weight:lighting"]);
        EvaluationCompleted[] evaluations = [.. events.OfType<EvaluationCompleted>()];
        Assert.Equal([null, "lighting"], evaluations.Select(e => e.LabelSet));
        Assert.Equal(2, evaluations[1].ConfusionMatrix.Count);
        Assert.Equal(
            ["validation.balanced-accuracy:lighting", "validation.loss:lighting", "validation.top1:lighting"],
            evaluations[1].Metrics.Keys.Order()
        );
        Assert.All(
            events.OfType<SamplesPredicted>().SelectMany(s => s.Samples),
            s => Assert.Equal(s.File.Contains("warm", StringComparison.Ordinal) ? "warm" : "cold", Assert.Single(s.Further!).Label)
        );
        using Predictor predictor = Predictor.Open(folder.BestCheckpoint);
        Sample[] validation = [.. job.Data.Read().Of(Split.Validation)];
        Answer[] answers = [.. validation.Select(s => predictor.Answer(Path.Combine(_small.Images, s.File)))];
        int right = validation.Zip(answers).Count(p => p.Second.LabelSets.Single().Top[0].Label == p.First.Tags["lighting"]);
        Assert.Equal(epochs[best - 1].Metrics["validation.top1:lighting"], (double)right / validation.Length, 1e-9);
        Assert.True(right >= 0.75 * validation.Length, $"{right} of {validation.Length} lights were told.");
        Assert.Equal(4, answers[0].Classes.Count);
        Assert.Equal(1, answers[0].LabelSets[0].Top.Sum(t => t.Probability), 1e-6);
    }

    [Fact]
    public void Run_WithAFrozenTrunk_LearnsFromKeptFeatures_AndLeavesNoTensors()
    {
        JobSpec job = Job(
            ("epochs", 5),
            ("image-size", 64),
            ("freeze-depth", 64),
            ("augmentation", "none"),
            ("task-weighting", "uncertainty")
        ) with
        {
            LabelSets = [new("lighting")],
        };
        LiveTensors.CollectLeftovers();

        List<RunEvent> events = _small.Execute(job).Events;

        Assert.Contains(events.OfType<PhaseProgressed>(), p => p.Phase == RunPhase.ExtractingFeatures);
        Assert.Single(events.OfType<EpochCompleted>().Skip(1).Select(e => e.LiveTensors).Distinct());
    }

    [Fact]
    public void Run_FromAModelWithTheSameQuestions_TakesItsHead_AndFromOthersNot()
    {
        (string Name, ParameterValue Value)[] settings = [("epochs", 1), ("image-size", 32)];
        JobSpec job = Job(settings) with { LabelSets = [new("lighting")] };
        string model = _small.Execute(job).Folder.BestCheckpoint;

        Assert.Contains("including the head", Loaded(job with { Weights = new WeightsSpec(model) }), StringComparison.Ordinal);
        Assert.Contains(
            "the head is new",
            Loaded(job with { Weights = new WeightsSpec(model), LabelSets = [new("place"), new("lighting")] }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "the head is new",
            Loaded(_small.Job("fine-tuning", Network, model, settings) with { Data = job.Data }),
            StringComparison.Ordinal
        );

        string Loaded(JobSpec from) =>
            _small.Execute(from).Events.OfType<MessageLogged>().First(m => m.Text.StartsWith("Loaded", StringComparison.Ordinal)).Text;
    }

    [Fact]
    public void Refusals_SayWhatToDo()
    {
        JobSpec job = Job(("epochs", 1), ("image-size", 32)) with { LabelSets = [new("lighting")] };

        Assert.Contains("Choose at least one label set", Refusal(job with { LabelSets = [] }), StringComparison.Ordinal);
        Assert.Contains("learns the classes only", Refusal(job with { Method = "fine-tuning" }), StringComparison.Ordinal);
        Assert.Contains(
            "The label sets here are: lighting, place, same.",
            Refusal(job with { LabelSets = [new("colour")] }),
            StringComparison.Ordinal
        );
        Assert.Contains("named twice", Refusal(job with { LabelSets = [new("lighting"), new("lighting", 2)] }), StringComparison.Ordinal);
        Assert.Contains("nothing to learn", Refusal(job with { LabelSets = [new("same")] }), StringComparison.Ordinal);
        Assert.Contains("above 0", Refusal(job with { LabelSets = [new("lighting", 0)] }), StringComparison.Ordinal);
        Assert.Contains(
            "no target domain",
            Refusal(job with { Data = _small.Under("warm"), Target = new TargetSpec(_small.Under("cold")) }),
            StringComparison.Ordinal
        );

        string Refusal(JobSpec wrong) => Assert.Throws<TrainingException>(() => _small.Execute(wrong)).Message;
    }

    /// <summary>A job on the drawn images, whose light a table beside them tells, and some useless things too.</summary>
    private JobSpec Job(params (string Name, ParameterValue Value)[] parameters)
    {
        int files = 0;
        _small.WriteTable("place,same", _ => $"{(files++ % 3 == 0 ? "in" : "out")},always");
        return _small.Job("multi-task", Network, _small.Weights(Network), parameters);
    }

    private static TransferModel Model(params (LabelTask Set, double Weight)[] sets)
    {
        manual_seed(1);
        IReadOnlyList<ModelTask> tasks = ModelTask.Behind(Classes.Length, sets);
        return new TransferModel(BackboneRegistry.Create(Network, TransferModel.OutputsOf(Classes, tasks)), Classes, CPU) { Tasks = tasks };
    }

    private static TransferMethod Create(params (string Name, ParameterValue Value)[] parameters) =>
        TransferMethodRegistry.Create("multi-task", parameters.ToDictionary(p => p.Name, p => p.Value)).Method;

    private static Batch Images(params (string? Light, string? Size)[] labels)
    {
        manual_seed(2);
        Sample[] samples =
        [
            .. labels.Select(
                (l, i) =>
                    new Sample
                    {
                        File = $"{i}",
                        Sha256 = $"{i}",
                        Name = $"{i}",
                        Label = Classes[i % 3],
                        Split = Split.Train,
                        Width = 1,
                        Height = 1,
                        Tags = new[] { ("light", l.Light), ("size", l.Size) }
                            .Where(t => t.Item2 is not null)
                            .ToDictionary(t => t.Item1, t => t.Item2!),
                    }
            ),
        ];
        return new Batch(randn(labels.Length, 3, 32, 32), tensor([.. samples.Select((_, i) => (long)(i % 3))]), 0, samples);
    }

    /// <summary>Mean over some images of −log softmax within some of the outputs.</summary>
    private static double CrossEntropy(Tensor outputs, int first, int count, params (int Image, int Label)[] of) =>
        of.Average(o =>
        {
            double[] e = [.. outputs[o.Image].data<float>().ToArray().Skip(first).Take(count).Select(v => Math.Exp(v))];
            return -Math.Log(e[o.Label] / e.Sum());
        });

    private static Func<double, double, bool> Within(double tolerance) => (a, b) => Math.Abs(a - b) <= tolerance;
}

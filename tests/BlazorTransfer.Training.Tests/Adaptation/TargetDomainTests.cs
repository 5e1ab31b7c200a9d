using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Evaluation;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Runs;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Training.Tests.Adaptation;

/// <summary>What a run makes of a target domain, and that its labels decide nothing.</summary>
public sealed class TargetDomainTests : IDisposable
{
    private const string Network = "resnet20_cifar";
    private static readonly string[] TargetMetrics = [MetricKeys.TargetTop1, MetricKeys.TargetLoss, MetricKeys.TargetBalancedAccuracy];
    private readonly SmallRun _small = new(imagesPerClass: 8);

    /// <summary>Not those that learn from some labels of the target, which all of its labels exchanged would mislead: theirs are another
    /// test's.</summary>
    public static TheoryData<string> AdaptingMethods =>
        [.. TransferMethodRegistry.All.Where(m => m is { AdaptsToTarget: true, UsesTargetLabels: false }).Select(m => m.Name)];

    public static TheoryData<string> MethodsThatUseLabels =>
        [.. TransferMethodRegistry.All.Where(m => m.UsesTargetLabels).Select(m => m.Name)];

    public void Dispose() => _small.Dispose();

    [Theory]
    [MemberData(nameof(AdaptingMethods))]
    public void EveryMethod_WithTheTargetsLabelsExchanged_DiffersInTheTargetsScoreAlone(string method) =>
        AssertDiffersInTheScoreAlone(Job(method), Exchange(Domain("cold"), _ => true));

    [Theory]
    [MemberData(nameof(MethodsThatUseLabels))]
    public void MethodThatUsesLabels_WithThoseOfTheScoredImagesExchanged_DiffersInTheTargetsScoreAlone(string method)
    {
        JobSpec job = WithLabels(Job(method), 2);

        AssertDiffersInTheScoreAlone(job, Exchange(Domain("cold"), s => s.Split != Split.Train));

        // The labels that it is given do change it.
        (RunFolder folder, List<RunEvent> events) = _small.Execute(job);
        (RunFolder misled, _) = _small.Execute(
            job with
            {
                Target = job.Target! with { Data = Save(Exchange(Domain("cold"), s => s.Split == Split.Train), "misled") },
            }
        );
        Assert.NotEqual(File.ReadAllBytes(folder.BestCheckpoint), File.ReadAllBytes(misled.BestCheckpoint));
        RunStarted started = events.OfType<RunStarted>().Single();
        Assert.Equal((8, 8, 8), (started.TargetSamples, started.TargetLabelled, started.TargetScored));
    }

    private void AssertDiffersInTheScoreAlone(JobSpec job, DatasetManifest exchangedTarget)
    {
        (RunFolder folder, List<RunEvent> events) = _small.Execute(job);
        (RunFolder exchanged, List<RunEvent> exchangedEvents) = _small.Execute(
            job with
            {
                Target = job.Target! with { Data = Save(exchangedTarget, "exchanged") },
            }
        );

        Assert.Equal(File.ReadAllBytes(folder.BestCheckpoint), File.ReadAllBytes(exchanged.BestCheckpoint));
        Assert.Equal(SourceFigures(events), SourceFigures(exchangedEvents));
        EvaluationCompleted scored = Assert.Single(events.OfType<EvaluationCompleted>(), e => e.OfTarget);
        Assert.Equal(8, scored.Answers!.Length);
        Assert.Equal(scored.Metrics[MetricKeys.TargetTop1], scored.Answers.Count(a => a == '1') / 8.0, 1e-9);
        // The same answers to other questions.
        EvaluationCompleted other = exchangedEvents.OfType<EvaluationCompleted>().Single(e => e.OfTarget);
        Assert.Equal(Columns(scored), Columns(other));
        Assert.NotEqual(scored.Metrics[MetricKeys.TargetLoss], other.Metrics[MetricKeys.TargetLoss]);
    }

    /// <summary>What is found with a kernel or asks its neighbours is a model like any other: the file answers as the method does, and
    /// trains on.</summary>
    [Theory]
    [InlineData("tca", "kernel", "gaussian", HeadKind.Kernel)]
    [InlineData("tca", "classifier", "nearest-neighbours", HeadKind.Neighbours)]
    [InlineData("domain-standardisation", "classifier", "nearest-neighbours", HeadKind.Neighbours)]
    public void HeadThatIsNoLinearLayer_IsKeptAndAnswersTheSame(string method, string setting, string value, HeadKind kind)
    {
        JobSpec job = Job(method);
        job = job with { Parameters = new Dictionary<string, ParameterValue>(job.Parameters) { [setting] = value } };

        (RunFolder folder, List<RunEvent> events) = _small.Execute(job);

        using Predictor predictor = Predictor.Open(folder.BestCheckpoint);
        Assert.Equal(kind, predictor.Description.Head!.Kind);
        EvaluationCompleted scored = events.OfType<EvaluationCompleted>().Single(e => e.OfTarget);
        string answers = string.Concat(
            job.Target!.Data.Read()
                .Samples.Where(s => s.Split == Split.Test)
                .OrderBy(s => s.Sha256, StringComparer.Ordinal)
                .Select(s => predictor.Predict(Path.Combine(_small.Images, s.File))[0].Label == s.Label ? '1' : '0')
        );
        Assert.Equal(scored.Answers, answers);
        (_, List<RunEvent> further) = _small.Execute(_small.Job("linear-probe", Network, folder.BestCheckpoint, ("epochs", 1)));
        Assert.Contains(further.OfType<MessageLogged>(), m => m.Text.EndsWith("the head is new.", StringComparison.Ordinal));
    }

    [Fact]
    public void NeighboursBehindAKernel_AreRefused()
    {
        JobSpec job = Job("tca");

        string refusal = Refusal(
            job with
            {
                Parameters = new Dictionary<string, ParameterValue>(job.Parameters)
                {
                    ["kernel"] = "gaussian",
                    ["classifier"] = "nearest-neighbours",
                },
            }
        );

        Assert.Contains("Gaussian kernel", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void MethodOfTheSourceAlone_WithATarget_IsScoredOnIt_AndTrainsAsWithout()
    {
        JobSpec job = Job("linear-probe");

        (RunFolder folder, List<RunEvent> events) = _small.Execute(job);
        (RunFolder without, List<RunEvent> eventsWithout) = _small.Execute(job with { Target = null });

        Assert.Equal(File.ReadAllBytes(without.BestCheckpoint), File.ReadAllBytes(folder.BestCheckpoint));
        RunStarted started = events.OfType<RunStarted>().Single();
        Assert.Equal((0, 8), (started.TargetSamples, started.TargetScored));
        Assert.All(events.OfType<EpochCompleted>(), e => Assert.InRange(e.Metrics[MetricKeys.TargetTop1], 0, 1));
        Assert.All(eventsWithout.OfType<EpochCompleted>(), e => Assert.DoesNotContain(MetricKeys.TargetTop1, e.Metrics.Keys));
    }

    [Fact]
    public void Embedding_OfTheKeptModel_HoldsBothDomains_NearerToEachOtherThanWithoutAdaptation()
    {
        JointEmbedding adapted = Embedded("domain-standardisation"),
            plain = Embedded("logistic-regression");

        Assert.Equal((4, 8), (adapted.Points.Count(p => !p.OfTarget), adapted.Points.Count(p => p.OfTarget)));
        Assert.All(adapted.Points, p => Assert.Contains(p.Predicted, new[] { "good", "pit", "scratch", "stain" }));
        Assert.InRange(adapted.Explained, 0.05, 1);
        // Four images of the source are too few to ask.
        Assert.Null(adapted.DomainDistance);
        Assert.All(adapted.Points, p => Assert.NotNull(p.Neighbourhood));
        Assert.Equal(12, adapted.Points.Select(p => p.Neighbourhood).Distinct().Count());
        Assert.True(Apart(adapted) < Apart(plain), $"{Apart(adapted):F3} with adaptation, {Apart(plain):F3} without.");
    }

    /// <summary>The epoch that a score of the target praises is kept, whatever the source's validation images say.</summary>
    [Theory]
    [InlineData("information-maximisation", MetricKeys.TargetInformation, 1)]
    [InlineData("snd", MetricKeys.TargetDensity, 1)]
    [InlineData("dev", MetricKeys.TargetRisk, -1)]
    public void BestOf_ALabelFreeScore_KeepsTheFirstEpochWithTheBest(string bestOf, string metric, int sign)
    {
        using var small = new SmallRun(imagesPerClass: 24);
        JobSpec job = small.Job(
            "dan",
            Network,
            small.Weights(Network),
            ("epochs", 6),
            ("batch-size", 8),
            ("learning-rate", 0.1),
            ("best-of", bestOf)
        ) with
        {
            Data = small.Under("warm"),
            Target = new TargetSpec(small.Under("cold"), Transductive: true),
        };

        (_, List<RunEvent> events) = small.Execute(job);

        EpochCompleted[] epochs = [.. events.OfType<EpochCompleted>()];
        // In an epoch whose density ratios cannot be trusted, there is no deep embedded validation, and nothing is kept by it.
        double[] scores = [.. epochs.Select(e => e.Metrics.TryGetValue(metric, out double value) ? sign * value : double.MinValue)];
        Assert.True(scores.Distinct().Count() >= (bestOf == "dev" ? 3 : 6), string.Join(' ', scores));
        Assert.Equal(Array.IndexOf(scores, scores.Max()) + 1, epochs.Last(e => e.IsBest).Epoch);
        Assert.All(
            epochs,
            e => Assert.True(e.Metrics[MetricKeys.DomainDistance] is >= 0 and <= 2 && e.Metrics[MetricKeys.DomainDiscrepancy] >= 0)
        );
    }

    [Fact]
    public void Target_Locked_AdaptsToItsTrainingImagesAndScoresTheOthers_Transductive_AllOfThem()
    {
        DatasetManifest source = Domain("warm"),
            target = Domain("cold");

        TargetDomain locked = Load(new TargetSpec(Save(target, "t")), source),
            all = Load(new TargetSpec(Save(target, "t"), Transductive: true), source);

        Assert.Equal((8, 8), (locked.Adapting.Count, locked.Scored.Count));
        Assert.Empty(locked.Adapting.Select(s => s.Sha256).Intersect(locked.Scored.Select(s => s.Sha256)));
        Assert.Equal((16, 16), (all.Adapting.Count, all.Scored.Count));
        Assert.All(locked.Adapting.Concat(all.Adapting), s => Assert.Null(s.Label));
        Assert.All(locked.Scored, s => Assert.NotEqual(Split.Train, s.Split));
    }

    [Theory]
    [InlineData(false, 8)]
    [InlineData(true, 12)]
    public void LabelsToLearnFrom_AreDrawnByTheSeedFromWhatIsAdaptedTo_AndScoreNothing(bool transductive, int scored)
    {
        DatasetManifest source = Domain("warm"),
            target = Domain("cold");
        var spec = new TargetSpec(Save(target, "t"), transductive, LabelledPerClass: 1);
        string[] Labelled(TargetDomain of) =>
            [.. of.Adapting.Where(s => s.Label is not null).Select(s => s.Sha256).Order(StringComparer.Ordinal)];

        TargetDomain drawn = Load(spec, source, "tradaboost"),
            baseline = Load(spec, source, "logistic-regression");

        Assert.Equal((transductive ? 16 : 8, 4, scored), (drawn.Adapting.Count, drawn.Labelled, drawn.Scored.Count));
        Assert.Equal(source.Classes.Order(), drawn.Adapting.Select(s => s.Label).OfType<string>().Order());
        Assert.All(
            drawn.Adapting.Where(s => s.Label is not null),
            s => Assert.Equal(target.Samples.Single(t => t.Sha256 == s.Sha256).Label, s.Label)
        );
        Assert.Empty(Labelled(drawn).Intersect(drawn.Scored.Select(s => s.Sha256)));
        // What it is compared with is scored on the same images, and given no label.
        Assert.Equal(0, baseline.Labelled);
        Assert.Equal(drawn.Scored.Select(s => s.Sha256), baseline.Scored.Select(s => s.Sha256));
        Assert.Equal(
            Labelled(drawn),
            Labelled(
                Load(spec with { Data = Save(target with { Samples = [.. target.Samples.Reverse()] }, "reversed") }, source, "tradaboost")
            )
        );
        Assert.True(
            Enumerable.Range(0, 10).Select(seed => string.Concat(Labelled(Load(spec, source, "tradaboost", seed)))).Distinct().Count() > 1
        );
    }

    [Fact]
    public void Target_WithOtherClassNames_IsRefusedByName_UntilTheyAreTold()
    {
        DatasetManifest source = Domain("warm"),
            target = Domain("cold");
        DataSpec renamed = Save(
            target with
            {
                Samples =
                [
                    .. target.Samples.Select(s =>
                        s with
                        {
                            Label = s.Label switch
                            {
                                "pit" => "crater",
                                "stain" => "rust",
                                var same => same,
                            },
                        }
                    ),
                ],
            },
            "renamed"
        );

        string refusal = Assert.Throws<TrainingException>(() => Load(new TargetSpec(renamed), source)).Message;
        TargetDomain told = Load(
            new TargetSpec(
                renamed with
                {
                    ClassNames = new Dictionary<string, string?> { ["crater"] = "pit", ["rust"] = null },
                }
            ),
            source
        );

        Assert.Contains("crater, rust", refusal, StringComparison.Ordinal);
        Assert.Equal(["good", "pit", "scratch"], told.Scored.Select(s => s.Label).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(8, told.Adapting.Count);
    }

    [Fact]
    public void Refusals_SayWhatToDo()
    {
        DatasetManifest both = Tagged();
        DataSpec data = Save(both, "both");
        JobSpec job = Job("domain-standardisation");

        Assert.Contains("Choose the target images", Refusal(job with { Target = null }), StringComparison.Ordinal);
        Assert.Contains(
            "are in the source and in the target",
            Refusal(job with { Target = new TargetSpec(job.Data) }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "There are: lighting=cold, lighting=warm.",
            Refusal(job with { Target = new TargetSpec(data with { Only = new SampleTag("lighting", "blue") }) }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "none has a tag 'camera'",
            Refusal(job with { Data = data with { Only = new SampleTag("camera", "1") } }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "set aside for the test",
            Refusal(job with { Target = new TargetSpec(Save(both with { Samples = [.. Domain("cold").Of(Split.Test)] }, "test-only")) }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "cannot be read",
            Refusal(job with { Target = new TargetSpec(data with { Manifest = data.Manifest + ".gone" }) }),
            StringComparison.Ordinal
        );
        JobSpec boosting = Job("tradaboost");
        DatasetManifest cold = Domain("cold");
        Assert.Contains("Choose at least 1 per class", Refusal(boosting), StringComparison.Ordinal);
        Assert.Contains(
            "fewer than 3 have the label good (2), pit (2), scratch (2), stain (2). Label more",
            Refusal(WithLabels(boosting, 3)),
            StringComparison.Ordinal
        );
        Assert.Contains("Choose at least 1 per class", Refusal(WithLabels(boosting, -1)), StringComparison.Ordinal);
        Assert.Contains(
            "None of the target's training images has a label",
            Refusal(
                boosting with
                {
                    Target = new TargetSpec(
                        Save(
                            cold with
                            {
                                Samples = [.. cold.Samples.Select(s => s.Split == Split.Train ? s with { Label = null } : s)],
                            },
                            "few"
                        ),
                        LabelledPerClass: 1
                    ),
                }
            ),
            StringComparison.Ordinal
        );
        Assert.Contains("uses no target labels", Refusal(WithLabels(job, 1)), StringComparison.Ordinal);
        Assert.Contains(
            "no linear layer",
            Refusal(job with { Backbone = "squeezenet1_1", Weights = new WeightsSpec(_small.Weights("squeezenet1_1")) }),
            StringComparison.Ordinal
        );
    }

    private JointEmbedding Embedded(string method) => JointEmbedding.TryLoad(_small.Execute(Job(method)).Folder.Embedding)!;

    /// <summary>Distance of the domains' centres over the mean distance of an image from the centre of all.</summary>
    private static double Apart(JointEmbedding embedding)
    {
        (double X, double Y) Centre(bool ofTarget) =>
            (
                embedding.Points.Where(p => p.OfTarget == ofTarget).Average(p => p.X),
                embedding.Points.Where(p => p.OfTarget == ofTarget).Average(p => p.Y)
            );
        (double X, double Y) source = Centre(false),
            target = Centre(true);
        return Math.Sqrt(Math.Pow(source.X - target.X, 2) + Math.Pow(source.Y - target.Y, 2))
            / embedding.Points.Average(p => Math.Sqrt(p.X * p.X + p.Y * p.Y));
    }

    private static TargetDomain Load(TargetSpec spec, DatasetManifest source, string method = "domain-standardisation", int seed = 0) =>
        TargetDomain.Load(spec, source, seed, TransferMethodRegistry.All.Single(m => m.Name == method));

    private static JobSpec WithLabels(JobSpec job, int perClass) => job with { Target = job.Target! with { LabelledPerClass = perClass } };

    private string Refusal(JobSpec job) => Assert.Throws<TrainingException>(() => _small.Execute(job)).Message;

    /// <summary>From warm to cold light, all in one data set: half of the cold images are locked.</summary>
    private JobSpec Job(string method)
    {
        bool takesDepth = TransferMethodRegistry
            .ParametersOf(TransferMethodRegistry.All.Single(m => m.Name == method))
            .Any(p => p.Name == "freeze-depth");
        (string, ParameterValue)[] settings =
        [
            ("threads", 1),
            .. method == "linear-probe" || takesDepth ? [("epochs", 2)] : Array.Empty<(string, ParameterValue)>(),
        ];
        DataSpec data = Save(Tagged(), "tagged");
        return _small.Job(method, Network, _small.Weights(Network), settings) with
        {
            Data = data with { Only = new SampleTag("lighting", "warm") },
            Target = new TargetSpec(data with { Only = new SampleTag("lighting", "cold") }),
        };
    }

    private DatasetManifest Domain(string lighting) => Tagged().Only(new SampleTag("lighting", lighting));

    /// <summary>All images with their light as a tag; of each class under the cold one, half are set aside for the test.</summary>
    private DatasetManifest Tagged()
    {
        DatasetManifest all = Imaging.FolderImport.FromFolder(_small.Images).Manifest;
        int n = 0;
        return all with
        {
            Samples =
            [
                .. all
                    .Samples.OrderBy(s => s.Name, StringComparer.Ordinal)
                    .Select(s => (Sample: s, Light: s.Name.Contains("warm", StringComparison.Ordinal) ? "warm" : "cold"))
                    .Select(s =>
                        s.Sample with
                        {
                            Tags = new Dictionary<string, string> { ["lighting"] = s.Light },
                            Split =
                                s.Light == "cold" ? (n++ % 2 == 0 ? Split.Train : Split.Test)
                                : s.Sample.Name.EndsWith("0.jpg", StringComparison.Ordinal) ? Split.Validation
                                : Split.Train,
                        }
                    ),
            ],
        };
    }

    /// <summary>Each class of these images takes the next one's name.</summary>
    private static DatasetManifest Exchange(DatasetManifest data, Func<Sample, bool> of) =>
        data with
        {
            Samples =
            [
                .. data.Samples.Select(s =>
                    of(s) ? s with { Label = data.Classes[(data.Classes.ToList().IndexOf(s.Label!) + 1) % data.Classes.Count] } : s
                ),
            ],
        };

    private DataSpec Save(DatasetManifest data, string name)
    {
        string manifest = Path.Combine(_small.Folder, $"{name}.jsonl");
        data.Save(manifest);
        return new DataSpec(manifest, _small.Images);
    }

    private static string[] SourceFigures(List<RunEvent> events) =>
        [
            .. events
                .OfType<EpochCompleted>()
                .SelectMany(e => e.Metrics)
                .Where(m => !TargetMetrics.Contains(m.Key) && m.Key is not (MetricKeys.ImagesPerSecond or MetricKeys.DataWait))
                .Select(m => $"{m.Key} {m.Value:R}"),
            .. events.OfType<EvaluationCompleted>().Where(e => !e.OfTarget).SelectMany(e => e.Metrics).Select(m => $"{m.Key} {m.Value:R}"),
            .. events.OfType<CheckpointSaved>().Select(c => $"epoch {c.Epoch}"),
        ];

    private static int[] Columns(EvaluationCompleted evaluation) =>
        [.. Enumerable.Range(0, evaluation.ConfusionMatrix.Count).Select(c => evaluation.ConfusionMatrix.Sum(row => row[c]))];
}

using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Diagnostics;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Previews;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Core.Tuning;
using BlazorTransfer.Imaging;

// A real process with the worker's contract and no training in it: it behaves, or misbehaves, as the job's parameter says.
ParentWatch.StartIfAsked();
switch (args)
{
    case ["describe", "--json"]:
        Console.WriteLine(JsonSerializer.Serialize(Fake.Catalogue, ProtocolJson.Indented));
        return 0;
    case ["inspect-weights", string file, "--json"]:
        string weights = File.ReadAllText(file);
        if (!weights.StartsWith("weights", StringComparison.Ordinal))
        {
            Console.Error.WriteLine("The file is neither safetensors nor a PyTorch state dictionary (.pth).");
            return (int)WorkerExitCode.BadInput;
        }

        var mismatch = new WeightsMismatch(
            "fake",
            1,
            3,
            ["conv.weight"],
            1,
            ["extra"],
            500,
            ["fc.weight: [2] in the file, [3] in the network"],
            1
        );
        Console.WriteLine(
            JsonSerializer.Serialize(
                weights.StartsWith("weights of another network", StringComparison.Ordinal)
                    ? new WeightsInspection(1, 1, [], mismatch)
                    : new WeightsInspection(
                        1,
                        1,
                        ["fake"],
                        Differences: [mismatch with { Matching = 3, Missing = [], MissingCount = 0, Mismatched = [], MismatchedCount = 0 }]
                    ),
                ProtocolJson.Line
            )
        );
        return 0;
    case ["measure", string backbone, "--json"]:
        Console.WriteLine(JsonSerializer.Serialize(new BackboneSpeed(backbone, "CPU", 100, 25, 8), ProtocolJson.Line));
        return 0;
    case ["doctor", "--folder", string checkedFolder, "--json"]:
        Console.WriteLine(JsonSerializer.Serialize(Fake.Check(checkedFolder), ProtocolJson.Indented));
        return 0;
    case ["rank", "--job", string job, "--json"]:
        return Fake.Rank(RankingJob.Load(job));
    case ["preview-augmentation", "--job", string job, "--json"]:
        return Fake.Preview(PreviewJob.Load(job));
    case ["find-learning-rate" or "find-batch-size", "--job", string job, "--json"]:
        return Fake.Find(args[0], JobSpec.Load(job));
    case ["predict-image", "--model", _, "--image", string tried, "--json"]:
        return Fake.Predict(tried);
    case ["images"]:
        using (
            Stream input = Console.OpenStandardInput(),
                output = Console.OpenStandardOutput()
        )
            ImageServer.Serve(input, output, FakeImages.Answer);
        return 0;
    case ["run", string folder, "--data-folder", string data, "--attempt", string attempt, "--minimum-free-bytes", _]:
        try
        {
            return Fake.Run(new RunFolder(folder), new DataRoot(data), int.Parse(attempt, CultureInfo.InvariantCulture));
        }
        catch (RunTakenException e)
        {
            Console.Error.WriteLine(e.Message);
            return (int)WorkerExitCode.RunTaken;
        }
    default:
        return (int)WorkerExitCode.Usage;
}

internal static class Fake
{
    // Longer than any test waits, so that to a test it is for ever; and not so long that a failed test leaves processes behind.
    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(15);

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

    public static int Run(RunFolder folder, DataRoot root, int attempt)
    {
        JobSpec job = JobSpec.Load(folder.Job, root);
        using RunClaim events = RunClaim.Take(folder, attempt);
        NoteExecution(job.RunId);
        string behaviour = job.Parameters.TryGetValue("behaviour", out ParameterValue value) ? value.AsText! : "succeed";
        if (behaviour == "exit-silently")
            return 42;
        if (behaviour == "say-nothing")
            Thread.Sleep(LongestLife);
        // As for the real worker: without its data there is nothing to learn.
        job.Data.Read();
        events.Append(Started() with { Attempt = attempt });
        if (behaviour == "hang-before-epoch")
            Thread.Sleep(LongestLife);
        Epoch(events, 1, 0.5);
        switch (behaviour)
        {
            case "report-failure":
                events.Append(
                    new RunFinished
                    {
                        Outcome = RunOutcome.Failed,
                        Error = "The loss is not a number any more.",
                        Seconds = 1,
                    }
                );
                return (int)WorkerExitCode.TrainingFailed;
            case "name-data-folder":
                events.Append(
                    new RunFinished
                    {
                        Outcome = RunOutcome.Failed,
                        Error = root.Hide($"The weights '{Path.Combine(root.Path, "weights", "x.pth")}' cannot be used."),
                        Seconds = 1,
                    }
                );
                return (int)WorkerExitCode.BadInput;
            case "abort":
                Environment.FailFast("as asked");
                break;
            case "hang":
                Thread.Sleep(LongestLife);
                break;
            case "wait-for-cancel":
                for (var life = Stopwatch.StartNew(); !folder.CancelRequested && life.Elapsed < LongestLife; )
                    Thread.Sleep(20);
                events.Append(folder.ReadCancelRequest() ?? throw new TimeoutException("Nobody cancelled the run."));
                events.Append(new RunFinished { Outcome = RunOutcome.Cancelled, Seconds = 1 });
                return (int)WorkerExitCode.Cancelled;
            case "wait-for-stop":
                for (var life = Stopwatch.StartNew(); folder.ReadStopRequest() is null && life.Elapsed < LongestLife; )
                    Thread.Sleep(20);
                events.Append(folder.ReadStopRequest()!);
                return Succeed(folder, events, bestEpoch: 1, stoppedAt: 2);
            case "step-until-cancel":
                StepUntilCancel(folder, events);
                return (int)WorkerExitCode.Cancelled;
            case "eat-memory":
                FakeImages.EatMemory();
                break;
            case "stop-in-a-save":
                AtomicFile.WriteAllText(folder.BestCheckpoint, "whole");
                AtomicFile.Write(
                    folder.BestCheckpoint,
                    stream =>
                    {
                        stream.Write("ha"u8);
                        stream.Flush();
                        events.Append(new MessageLogged { Level = MessageLevel.Information, Text = "half" });
                        Thread.Sleep(LongestLife);
                    }
                );
                break;
            case "unterminated-line":
                events.Dispose();
                File.AppendAllText(folder.Events, "{\"sequence\":5,\"time\":\"20");
                return 1;
            case "garbage":
                events.Dispose();
                File.AppendAllText(folder.Events, "this is no event\n");
                Thread.Sleep(LongestLife);
                break;
        }

        Epoch(events, 2, 0.75, job.Target is null ? [] : LabelFree(job.Method));
        if (job.Target is { } target)
            ScoreTarget(events, job.Method, target.IsOracle);
        return Succeed(folder, events, bestEpoch: 2, stoppedAt: null);
    }

    private static int Succeed(RunFolder folder, RunClaim events, int bestEpoch, int? stoppedAt)
    {
        AtomicFile.WriteAllText(folder.ModelPackage, "a model");
        events.Append(
            new ArtifactWritten
            {
                File = "artifacts/model.zip",
                Format = "package",
                Bytes = 7,
                Sha256 = "00",
            }
        );
        events.Append(
            new RunFinished
            {
                Outcome = RunOutcome.Succeeded,
                BestEpoch = bestEpoch,
                BestMetric = bestEpoch == 2 ? 0.75 : 0.5,
                StoppedAtEpoch = stoppedAt,
                Seconds = 1,
            }
        );
        return 0;
    }

    /// <summary>The answer is the same for every image; its picture is the file itself.</summary>
    public static int Predict(string image)
    {
        var answer = new ImagePrediction(
            [new ClassProbability("b", 0.75), new ClassProbability("a", 0.25)],
            [new LabelSetPrediction("light", [new ClassProbability("warm", 1)])],
            224,
            File.ReadAllBytes(image)
        );
        Console.WriteLine(JsonSerializer.Serialize(answer, ProtocolJson.Line));
        return 0;
    }

    /// <summary>Two steps a second, as a run writes them, until somebody cancels.</summary>
    private static void StepUntilCancel(RunFolder folder, RunClaim events)
    {
        for (long step = 1; !folder.CancelRequested && step < 1200; step++)
        {
            Thread.Sleep(500);
            events.Append(
                new StepCompleted
                {
                    Epoch = 2,
                    Step = step,
                    Loss = 1.0 / step,
                    LearningRate = 0.01,
                    ImagesPerSecond = 100,
                }
            );
        }

        events.Append(folder.ReadCancelRequest()!);
        events.Append(new RunFinished { Outcome = RunOutcome.Cancelled, Seconds = 1 });
    }

    /// <summary>Of 40 images, 10 are right without adaptation, 30 with it, and all with the target's own labels.</summary>
    private static void ScoreTarget(RunClaim events, string method, bool isOracle)
    {
        int right =
            isOracle ? 40
            : method == "fake-adaptation" ? 30
            : 10;
        events.Append(
            new EvaluationCompleted
            {
                Split = Split.Test,
                OfTarget = true,
                Metrics = new Dictionary<string, double> { [MetricKeys.TargetTop1] = right / 40.0 },
                ConfusionMatrix =
                [
                    [right, 40 - right],
                    [0, 0],
                ],
                Mistakes = [],
                Answers = new string('1', right) + new string('0', 40 - right),
            }
        );
    }

    /// <summary>Ranks by what a candidate is called: <c>hang</c>, <c>refuse</c>, <c>crash</c>, <c>unreadable</c>, or a number, its accuracy
    /// in percent.</summary>
    public static int Rank(RankingJob job)
    {
        var ranked = new List<RankedCandidate>();
        foreach (RankingCandidate c in job.Candidates)
        {
            // A test that ends a hanging worker needs to know which process that is.
            int done = c.Name == "hang" ? Environment.ProcessId : 0;
            Print(new RankingProgressed(RankingStage.ExtractingFeatures, c.Name, ranked.Count + 1, job.Candidates.Count, done, 8));
            switch (c.Name)
            {
                case "hang":
                    Thread.Sleep(LongestLife);
                    break;
                case "refuse":
                    Console.Error.WriteLine("The image 'a.jpg' cannot be read any more.");
                    return (int)WorkerExitCode.BadInput;
                case "ended":
                    return (int)WorkerExitCode.Cancelled;
                case "crash":
                    Environment.FailFast("as asked");
                    break;
            }

            var result = new RankedCandidate
            {
                Name = c.Name,
                Backbone = c.Backbone,
                DisplayName = "Fake",
                WeightsId = c.WeightsId,
                IsRandom = c.File is null,
            };
            double accuracy = int.TryParse(c.Name, out int percent) ? percent / 100.0 : 0.5;
            ranked.Add(
                c.Name == "unreadable"
                    ? result with
                    {
                        Error = Message.Plain("It is damaged."),
                    }
                    : result with
                    {
                        Scores = new CandidateScores(accuracy - 1, accuracy, accuracy, 0.01, 100, 1, 1, 1, 1),
                    }
            );
            Print(new CandidateRanked(ranked[^1]));
        }

        Print(
            new RankingFinished(
                new RankingReport
                {
                    WorkerVersion = "fake",
                    Device = "CPU",
                    Classes = ["a", "b"],
                    Images = 8,
                    TrainImages = 8,
                    Folds = job.Folds,
                    Seed = job.Seed,
                    Seconds = 1,
                    Candidates = ranked,
                }
            )
        );
        return 0;
    }

    /// <summary>Shows one picture that is none, whose last view tells the seed; an odd seed is a failure.</summary>
    public static int Preview(PreviewJob job)
    {
        if (job.Seed % 2 == 1)
        {
            Console.Error.WriteLine("The image 'a.jpg' cannot be read any more.");
            return (int)WorkerExitCode.BadInput;
        }

        Console.WriteLine(
            JsonSerializer.Serialize(
                new PreviewSheet(
                    32,
                    [
                        new PreviewedImage(
                            "a/1.jpg",
                            "a",
                            [1, 2, 3],
                            [
                                [4],
                                [5],
                                [(byte)job.Seed],
                            ]
                        ),
                    ]
                ),
                ProtocolJson.Line
            )
        );
        return 0;
    }

    /// <summary>Finds a rate of 3.2e-4, or a batch of 32, after a few steps; or what the behaviour says.</summary>
    public static int Find(string command, JobSpec job)
    {
        NoteExecution(job.RunId);
        string behaviour = job.Parameters.TryGetValue("behaviour", out ParameterValue value) ? value.AsText! : "succeed";
        LearningRatePoint[] points =
        [
            .. Enumerable.Range(0, 30).Select(i => new LearningRatePoint(1e-7 * Math.Pow(2, i), 2 - i / 30.0, 2 - i / 30.0)),
        ];
        Print(
            new TuningProgressed(
                command == "find-learning-rate" ? TuningStage.TryingLearningRates : TuningStage.MeasuringBatchSizes,
                4,
                100
            )
        );
        foreach (LearningRatePoint point in points.Take(command == "find-learning-rate" ? points.Length : 0))
            Print(new LearningRateTried(point));
        switch (behaviour)
        {
            case "report-failure":
                Console.Error.WriteLine("The image 'a.jpg' cannot be read any more.");
                return (int)WorkerExitCode.BadInput;
            case "abort":
                Environment.FailFast("as asked");
                break;
            case "hang":
                Thread.Sleep(LongestLife);
                break;
        }

        if (command == "find-learning-rate")
        {
            LearningRateSuggestion suggestion =
                behaviour == "garbage"
                    ? new(null, null, null, Message.Plain("The loss never fell."))
                    : new(3.2e-4, 3.2e-4, 0.1, Message.Plain("The loss falls fastest here."));
            Print(
                new LearningRateFound(
                    new LearningRateReport
                    {
                        WorkerVersion = "fake",
                        Device = "CPU",
                        BatchSize = 16,
                        Seed = job.Seed,
                        Seconds = 1,
                        Points = points,
                        Diverged = true,
                        Suggestion = suggestion,
                    }
                )
            );
            return 0;
        }

        BatchSizeSpeed[] measured = [new(16, 50, 1 << 20), new(32, 100, 2 << 20), new(64, 101, 3 << 20)];
        foreach (BatchSizeSpeed speed in measured)
            Print(new BatchSizeTried(speed));
        Print(
            new BatchSizeFound(
                new BatchSizeReport
                {
                    WorkerVersion = "fake",
                    Device = "CPU",
                    Seconds = 1,
                    Measured = measured,
                    WhyStopped = Message.Plain("Larger batches bring no more speed."),
                    Suggestion = new BatchSizeSuggestion(32, 0.01, Message.Plain("No size is more than 5 % faster.")),
                }
            )
        );
        return 0;
    }

    private static void Print(TuningEvent happened) => Console.WriteLine(JsonSerializer.Serialize(happened, ProtocolJson.Line));

    private static void Print(RankingEvent happened) => Console.WriteLine(JsonSerializer.Serialize(happened, ProtocolJson.Line));

    /// <summary>Tells a suite that kills processes which runs were begun, in order, where it asks for that.</summary>
    private static void NoteExecution(string runId)
    {
        if (Environment.GetEnvironmentVariable("BLAZORTRANSFER_EXECUTIONS") is not { Length: > 0 } file)
            return;
        using var noted = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        noted.Write(Encoding.ASCII.GetBytes($"{runId}\n"));
    }

    private static RunStarted Started() =>
        new()
        {
            WorkerVersion = "fake",
            Device = "cpu",
            DeviceDescription = "CPU",
            Classes = ["a", "b"],
            TrainSamples = 8,
            ValidationSamples = 2,
            TestSamples = 0,
            Epochs = 2,
            StepsPerEpoch = 1,
            Parameters = 1,
            TrainableParameters = 1,
            Settings = new Dictionary<string, ParameterValue>(),
        };

    /// <summary>As if nothing but adaptation made the predictions on the target sure.</summary>
    private static Dictionary<string, double> LabelFree(string method) =>
        new()
        {
            [MetricKeys.TargetInformation] = method == "fake-adaptation" ? 0.66 : 0.33,
            [MetricKeys.TargetDensity] = 2.5,
            [MetricKeys.TargetRisk] = 0.75,
            [MetricKeys.DomainDistance] = method == "fake-adaptation" ? 0.5 : 1.75,
        };

    private static void Epoch(RunClaim events, int epoch, double top1, Dictionary<string, double>? others = null) =>
        events.Append(
            new EpochCompleted
            {
                Epoch = epoch,
                Step = epoch,
                Metrics = new Dictionary<string, double>(others ?? []) { [MetricKeys.ValidationTop1] = top1 },
                IsBest = true,
                Seconds = 0.1,
                LiveTensors = 0,
            }
        );
}

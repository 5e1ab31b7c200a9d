using System.CommandLine;
using System.Globalization;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Features;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Optimization;
using BlazorTransfer.Training.Runs;
using BlazorTransfer.Training.Settings;
using BlazorTransfer.Worker;
using static TorchSharp.torch;

namespace BlazorTransfer.Benchmarks;

/// <summary>
/// How fast images become tensors and a ResNet-18 (random weights, 224 pixels, 16 images at once) computes and learns, against the usual
/// PyTorch
/// script on the same machine. Both sides take turns, so that what else the machine does meets both; figures are medians over the turns.
/// </summary>
internal static partial class SpeedComparison
{
    private const int BatchSize = 16,
        Threads = 2,
        Photographs = 100,
        AtLeast = 24,
        Epochs = 30;
    private const string Backbone = "resnet18";

    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "Photographs, in class folders.", Required = true };
        var python = new Option<string>("--python")
        {
            Description = "A Python with PyTorch and torchvision.",
            DefaultValueFactory = _ => "python3",
        };
        var turns = new Option<int>("--turns") { Description = "How often each side is measured.", DefaultValueFactory = _ => 9 };
        var images = new Option<int>("--images") { Description = "Images of the linear probe.", DefaultValueFactory = _ => 128 };
        var only = new Option<string[]>("--only")
        {
            Description = "Parts: files, network, probe, step, own, memory; all unless said.",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("speed", "Images and a network, against PyTorch and torchvision.") { data, python, turns, images, only };
        command.SetAction(parsed =>
        {
            NativeLibtorch.Load();
            string scratch = Directory.CreateTempSubdirectory("blazortransfer-speed-").FullName;
            using SpeedPeer? peer = SpeedPeer.Start(parsed.GetValue(python)!);
            try
            {
                Console.WriteLine(
                    $"Against {peer?.Versions ?? "nothing"}; {parsed.GetValue(turns)} turns.\n\n| What | Ours | Theirs | Ours "
                        + "against theirs |\n|---|---|---|---|"
                );
                var comparison = new Comparison(
                    Path.GetFullPath(parsed.GetValue(data)!),
                    scratch,
                    peer,
                    parsed.GetValue(turns),
                    parsed.GetValue(images)
                );
                string[] parts = parsed.GetValue(only) is { Length: > 0 } named
                    ? named
                    : ["files", "network", "probe", "step", "own", "memory"];
                foreach (string part in parts)
                    comparison.Print(part);
            }
            finally
            {
                Directory.Delete(scratch, recursive: true);
            }
        });
        return command;
    }

    private sealed partial record Comparison(string Data, string Scratch, SpeedPeer? Peer, int Turns, int Images)
    {
        public void Print(string part)
        {
            switch (part)
            {
                case "files":
                    CompareFiles();
                    break;
                case "network":
                    CompareNetwork();
                    break;
                case "probe":
                    CompareProbe();
                    break;
                case "step":
                    CompareStep();
                    break;
                case "own":
                    MeasureOwn();
                    break;
                case "memory":
                    MeasureMemory();
                    break;
                default:
                    throw new ArgumentException($"There is no part '{part}'.", nameof(part));
            }
        }

        /// <summary>JPEG files to tensors on one thread, by the processor's time.</summary>
        private void CompareFiles()
        {
            string drawn = Path.Combine(Scratch, "drawn");
            for (int i = 0; i < 4; i++)
            {
                string file = Path.Combine(drawn, $"class-{i / 2}", $"{i}.jpg");
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllBytes(file, DecodingBenchmarks.Photograph(4000, 3000, seed: i));
            }

            foreach (string folder in new[] { Data, drawn })
            {
                Sample[] some = [.. Manifest(folder).Samples.Take(Photographs)];
                // Of a few large ones, several rounds: code has to be compiled anew once it is known to be worth it.
                Sample[] samples = [.. Enumerable.Repeat(some, (AtLeast + some.Length - 1) / some.Length).SelectMany(s => s)];
                string[] files = [.. samples.Select(s => Path.Combine(folder, s.File))];
                string name = $"photographs of {samples.Average(s => s.Width):F0}×{samples.Average(s => s.Height):F0} on average";
                using DecodedImages nothing = new(0),
                    everything = new(long.MaxValue);
                Pair(
                    $"Evaluation crop from file, {name}",
                    samples.Length,
                    () => Read(Still(folder, nothing), samples),
                    t => t.Processor,
                    new PeerTask("evaluate", 1, files)
                );
                Pair(
                    $"Training crop from file, {name}",
                    samples.Length,
                    () => Read(Drawn(folder, nothing), samples),
                    t => t.Processor,
                    new PeerTask("train", 1, files)
                );
                Pair(
                    $"Training crop from what is kept, {name}",
                    samples.Length,
                    () => Read(Drawn(folder, everything), samples),
                    t => t.Processor,
                    new PeerTask("cached", 1, files)
                );
            }
        }

        /// <summary>A batch that is ready in memory through the network, on two threads.</summary>
        private void CompareNetwork()
        {
            set_num_threads(Threads);
            using TrainingRun run = Prepare("fine-tuning", Manifest(Data));
            using Tensor images = rand(BatchSize, 3, 224, 224),
                labels = zeros([BatchSize], ScalarType.Int64);
            using var steps = new Steps(run);
            FrozenTrunk Trunk(string precision) =>
                FrozenTrunk.Of(run.Model, run.Model.HeadEntry, run.Settings.With((CommonParameters.FrozenPrecision, precision)));
            using FrozenTrunk single = Trunk("fp32"),
                half = Trunk("bf16");
            void Features() => single.Forward(images).Dispose();
            void HalfFeatures() => half.Forward(images).Dispose();
            foreach (string name in new[] { Backbone, "mobilenet_v2" })
                CompareWithTheNetwork(name, images, run.Settings);
            CompareWithPeak(Features, HalfFeatures);
            CompareHalfSteps(steps, images, labels);
            Pair(
                "Features of 16 images in bfloat16, against channels-last in bfloat16",
                BatchSize,
                HalfFeatures,
                t => t.Wall,
                new PeerTask("features", Threads, [], ChannelsLast: true, BFloat16: true)
            );
            foreach ((string name, bool channelsLast) in new[] { ("contiguous", false), ("channels-last", true) })
            {
                Pair(
                    $"Features of 16 images in bfloat16, against {name}",
                    BatchSize,
                    HalfFeatures,
                    t => t.Wall,
                    new PeerTask("features", Threads, [], channelsLast)
                );
                Pair(
                    $"Features of 16 images, against {name}",
                    BatchSize,
                    Features,
                    t => t.Wall,
                    new PeerTask("features", Threads, [], channelsLast)
                );
                Pair(
                    $"Fine-tuning step of 16 images, against {name}",
                    BatchSize,
                    () => steps.Take(images, labels),
                    t => t.Wall,
                    new PeerTask("step", Threads, [], channelsLast)
                );
            }
        }

        /// <summary>Features by the copy whose batch norms are folded, against the network itself, in single precision.</summary>
        private void CompareWithTheNetwork(string name, Tensor images, ParameterSet settings)
        {
            using var scope = NewDisposeScope();
            using var inference = no_grad();
            using var model = new TransferModel(BackboneRegistry.Create(name, 3), ["a", "b", "c"], CPU);
            using FrozenTrunk trunk = FrozenTrunk.Of(model, model.HeadEntry, settings);
            List<double> folded = [],
                own = [];
            for (int turn = -1; turn < Turns; turn++)
            {
                double[] seconds = [Seconds(() => trunk.Forward(images).Dispose()), Seconds(Network)];
                if (turn < 0)
                    continue;
                folded.Add(seconds[0]);
                own.Add(seconds[1]);
            }

            Row(
                $"Features of 16 images, {name}, batch norms folded against the network itself, both ours",
                Rate(folded, BatchSize),
                Rate(own, BatchSize),
                Ratio(own.Zip(folded, (o, f) => o / f))
            );

            void Network()
            {
                using var step = NewDisposeScope();
                model.Backbone.eval();
                model.ForwardTo(model.HeadEntry, images);
            }
        }

        /// <summary>Features in bfloat16 against those in single precision, and the share of a large matrix product's speed that they
        /// reach.</summary>
        private void CompareWithPeak(Action exact, Action half)
        {
            using var product = new Product();
            List<double> single = [],
                bfloat = [],
                peak = [];
            for (int turn = -1; turn < Turns; turn++)
            {
                double[] seconds = [Seconds(exact), Seconds(half), product.SecondsOfOne()];
                if (turn < 0)
                    continue;
                single.Add(seconds[0]);
                bfloat.Add(seconds[1]);
                peak.Add(seconds[2]);
            }

            Row(
                "Features of 16 images, bfloat16 against single precision, both ours",
                Rate(bfloat, BatchSize),
                Rate(single, BatchSize),
                Ratio(single.Zip(bfloat, (s, b) => s / b))
            );
            Row(
                "  their share of the speed of a matrix product in bfloat16",
                Rate(bfloat, BatchSize),
                Speed(peak),
                Ratio(bfloat.Zip(peak, (b, p) => BatchSize * Operations * p / b))
            );
        }

        /// <summary>Training steps on images that are drawn anew each time against steps on tensors.</summary>
        private void CompareStep()
        {
            const int Batches = 4;
            DatasetManifest data = Manifest(Data);
            using TrainingRun run = Prepare("fine-tuning", data);
            using var steps = new Steps(run);
            BatchSource source = run.Images.Training(run.Stages[^1]);
            int[] order = [.. Enumerable.Range(0, Math.Min(Batches * BatchSize, source.Samples.Count))];
            double OnImages(BatchSource from, int epoch) =>
                Seconds(() =>
                {
                    foreach (Batch batch in from.Read(order, BatchSize, epoch, CancellationToken.None))
                        using (batch)
                            steps.Take(batch.Inputs, batch.Labels);
                });
            using Tensor images = rand(BatchSize, 3, 224, 224),
                labels = zeros([BatchSize], ScalarType.Int64);
            double OnTensors() =>
                Seconds(() =>
                {
                    for (int i = 0; i < order.Length / BatchSize; i++)
                        steps.Take(images, labels);
                });
            OnImages(source, 1);
            OnTensors();
            List<double> kept = [],
                fromFiles = [],
                ready = [];
            for (int turn = 0; turn < Turns; turn++)
            {
                kept.Add(OnImages(source, turn + 2));
                ready.Add(OnTensors());
                using TrainingRun cold = TrainingRun.Prepare(run.Job, _ => { });
                fromFiles.Add(OnImages(cold.Images.Training(cold.Stages[^1]), turn + 2));
            }

            Row(
                "Fine-tuning steps on images kept decoded, against ready tensors",
                Time(kept),
                Time(ready),
                Ratio(ready.Zip(kept, (a, b) => a / b))
            );
            Row(
                "Fine-tuning steps on images from files, against ready tensors",
                Time(fromFiles),
                Time(ready),
                Ratio(ready.Zip(fromFiles, (a, b) => a / b))
            );
        }

        private static InputReader Still(string folder, DecodedImages kept) =>
            InputReader.Evaluation(new ImageStore(folder, Preprocessing.ImageNet.ResizeShorterSide, kept), Preprocessing.ImageNet);

        private static InputReader Drawn(string folder, DecodedImages kept) =>
            new RandomCrop(0.08, Mirrors: true).Reader(
                new ImageStore(folder, Preprocessing.ImageNet.ResizeShorterSide, kept),
                Preprocessing.ImageNet
            );

        private static void Read(InputReader reader, Sample[] samples)
        {
            float[] target = new float[3 * reader.Side * reader.Side];
            for (int i = 0; i < samples.Length; i++)
                reader.Read(samples[i], new Random(i), target);
        }

        private static DatasetManifest Manifest(string folder) => FolderImport.FromFolder(folder).Manifest;

        private TrainingRun Prepare(string method, DatasetManifest data, params (string Name, ParameterValue Value)[] parameters) =>
            TrainingRun.Prepare(Job(method, data, parameters), _ => { });

        private JobSpec Job(string method, DatasetManifest data, params (string Name, ParameterValue Value)[] parameters)
        {
            var job = new JobSpec
            {
                RunId = "speed",
                Data = ComparedRun.Save(data, Data, Scratch),
                Backbone = Backbone,
                Weights = WeightsSpec.Random,
                Method = method,
                Parameters = new Dictionary<string, ParameterValue>(parameters.Select(p => KeyValuePair.Create(p.Name, p.Value)))
                {
                    [CommonParameters.BatchSize] = BatchSize,
                    [CommonParameters.Threads] = Threads,
                },
                Device = DeviceSpec.Cpu,
            };
            return method != "fine-tuning"
                ? job
                : job with
                {
                    Parameters = new Dictionary<string, ParameterValue>(job.Parameters)
                    {
                        [CommonParameters.Optimizer] = "sgd",
                        [CommonParameters.Augmentation] = "light",
                    },
                };
        }

        /// <summary>Both sides once for nothing, then in turns.</summary>
        /// <param name="what">What the table calls it.</param>
        /// <param name="images">How many images it is about.</param>
        /// <param name="ours">Our side.</param>
        /// <param name="seconds">Which seconds count.</param>
        /// <param name="theirs">The other side.</param>
        private void Pair(string what, int images, Action ours, Func<Took, double> seconds, PeerTask theirs)
        {
            List<double> our = [],
                their = [];
            for (int turn = -1; turn < Turns; turn++)
            {
                Took own = Took.By(ours);
                Took? other = Peer?.Do(theirs);
                if (turn < 0)
                    continue;
                our.Add(seconds(own));
                their.Add(other is null ? double.NaN : seconds(other));
            }

            Row(what, Rate(our, images), Rate(their, images), Ratio(our.Zip(their, (a, b) => b / a)));
        }

        private static double Seconds(Action work) => Took.By(work).Wall;

        private static void Row(string what, string ours, string theirs, string ratio) =>
            Console.WriteLine($"| {what} | {ours} | {theirs} | {ratio} |");

        private static string Rate(IEnumerable<double> seconds, int images)
        {
            double rate = images / Median(seconds);
            return $"{rate.ToString(rate < 100 ? "F1" : "N0", CultureInfo.InvariantCulture)} images/s";
        }

        private static string Time(IEnumerable<double> seconds) => string.Create(CultureInfo.InvariantCulture, $"{Median(seconds):F2} s");

        /// <summary>The median of the turns' ratios, and the middle half of them.</summary>
        private static string Ratio(IEnumerable<double> ratios, string format = "F2")
        {
            double[] sorted = [.. ratios.Order()];
            string[] shown =
            [
                .. new[] { Median(sorted), sorted[sorted.Length / 4], sorted[^(1 + sorted.Length / 4)] }.Select(r =>
                    r.ToString(format, CultureInfo.InvariantCulture)
                ),
            ];
            return $"{shown[0]} ({shown[1]}–{shown[2]})";
        }

        private static double Median(IEnumerable<double> values)
        {
            double[] sorted = [.. values.Order()];
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>The trainer's steps, without what it tells.</summary>
    private sealed partial class Steps(TrainingRun run) : IDisposable
    {
        private readonly TrainingStage _stage = run.Stages[^1];
        private readonly StageSteps _steps = Begin(run);

        public void Take(Tensor images, Tensor labels)
        {
            using var scope = NewDisposeScope();
            run.Model.Backbone.train();
            // A long epoch, whose end is never near.
            _steps.Take(Of(images, labels), BatchSize * StepsPerEpoch);
        }

        private const int StepsPerEpoch = 1000;

        public void Dispose() => _steps.Dispose();

        private static StageSteps Begin(TrainingRun run)
        {
            TrainingStage stage = run.Stages[^1];
            run.Model.Backbone.Freeze(stage.Method.FrozenGroups(run.Model));
            stage.Method.OnEpochStart(run.Model, 1);
            var schedule = LearningRateSchedule.From(stage.Settings, StepsPerEpoch);
            return new StageSteps(run.Model, stage, batch => schedule.Factor(batch % StepsPerEpoch));
        }
    }
}

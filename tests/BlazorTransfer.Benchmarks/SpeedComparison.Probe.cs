using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Runs;
using static TorchSharp.torch;

namespace BlazorTransfer.Benchmarks;

/// <content>A linear probe from start to end.</content>
internal static partial class SpeedComparison
{
    private sealed partial record Comparison
    {
        /// <summary>A whole run of a linear probe against one pass of its images through the network, and against the usual script, which
        /// passes them in each epoch.</summary>
        private void CompareProbe()
        {
            DatasetManifest data = Manifest(Data);
            // Spread over both splits.
            int every = (data.Samples.Count + Images - 1) / Images;
            data = data with { Samples = [.. data.Samples.Where((_, i) => i % every == 0).Take(Images)] };
            using TrainingRun single = Prepare("linear-probe", data, ("epochs", Epochs)),
                half = Prepare("linear-probe", data, ("epochs", Epochs), ("frozen-precision", "bf16"));
            Probe(single, "warm-up");
            Probe(half, "warm-up of the other");
            Peer?.Do(Epoch(data));
            List<double> whole = [],
                head = [],
                pass = [],
                inHalf = [],
                theirs = [];
            for (int turn = 0; turn < Turns; turn++)
            {
                pass.Add(Pass(single, data));
                whole.Add(Probe(single, $"{turn}"));
                head.Add(Probe(single, $"{turn}"));
                inHalf.Add(Probe(half, $"{turn} of the other"));
                theirs.Add(Epochs * (Peer?.Do(Epoch(data)).Wall ?? double.NaN));
            }

            Row(
                $"Linear probe, {Epochs} epochs of {data.Samples.Count} images, against one pass over them",
                Time(whole),
                Time(pass),
                Ratio(whole.Zip(pass, (a, b) => a / b))
            );
            Row(
                "  the same with features known before (start, head, validation, model), and what is left without that",
                Time(head),
                Time(pass),
                Ratio(whole.Select((w, i) => (w - head[i]) / pass[i]))
            );
            Row(
                $"  the same against {Epochs} times an epoch of the usual script",
                Time(whole),
                Time(theirs),
                Ratio(theirs.Zip(whole, (t, w) => t / w))
            );
            Row("  the same with features in bfloat16", Time(inHalf), Time(theirs), Ratio(theirs.Zip(inHalf, (t, w) => t / w)));
        }

        /// <param name="run">What is run.</param>
        /// <param name="cache">Of runs with the same one, the second knows the features.</param>
        private double Probe(TrainingRun run, string cache) =>
            Seconds(() =>
            {
                var folder = new RunFolder(Path.Combine(Scratch, Guid.NewGuid().ToString("N")));
                folder.Create();
                TrainingRun.Execute(
                    run.Job with
                    {
                        FeatureCache = new FeatureCacheSpec(Path.Combine(Scratch, $"features-{cache}"), 1L << 30),
                    },
                    folder,
                    _ => { },
                    CancellationToken.None
                );
            });

        private double Pass(TrainingRun run, DatasetManifest data) =>
            Seconds(() =>
            {
                using var inference = no_grad();
                run.Model.Backbone.eval();
                foreach (Split split in new[] { Split.Train, Split.Validation })
                {
                    foreach (
                        Batch batch in new ImageBatches(
                            data.Of(split),
                            data.ClassTask,
                            _ => Still(Data, new DecodedImages(0)),
                            0,
                            CPU
                        ).ReadAll(BatchSize, CancellationToken.None)
                    )
                    {
                        using var scope = NewDisposeScope();
                        using Batch own = batch;
                        run.Model.ForwardTo(run.Model.HeadEntry, batch.Inputs);
                    }
                }
            });

        private PeerTask Epoch(DatasetManifest data)
        {
            string[] Of(Split split) => [.. data.Of(split).Select(s => Path.Combine(Data, s.File))];
            return new PeerTask("probe-epoch", Threads, Of(Split.Train)) { Validation = Of(Split.Validation) };
        }
    }
}

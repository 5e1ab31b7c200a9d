using System.Diagnostics;
using System.Text;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;

/// <summary>How the fake worker carries out a run: as its behaviour says.</summary>
internal static partial class Fake
{
    // Longer than any test waits, so that to a test it is for ever; and not so long that a failed test leaves processes behind.
    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(15);

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

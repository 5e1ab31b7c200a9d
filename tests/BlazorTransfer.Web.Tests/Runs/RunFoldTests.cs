using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Runs;
using CsCheck;

namespace BlazorTransfer.Web.Tests.Runs;

/// <summary>A run is a fold over its events, however these arrive.</summary>
public sealed class RunFoldTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly Gen<RunEvent> WorkerEvent = Gen.OneOf(
        Gen.Const<RunEvent>(Started()),
        Gen.Select(
            Gen.Int[1, 9],
            Gen.OneOf(Gen.Double[0, 1], Gen.Const(double.NaN)),
            Gen.Bool,
            Gen.Bool,
            (epoch, top1, isBest, adapts) => (RunEvent)Epoch(epoch, top1, isBest, adapts)
        ),
        Gen.Select(Gen.Double[0, 1], Gen.Bool, (top1, ofTarget) => (RunEvent)Evaluation(top1, ofTarget)),
        Gen.Long[0, 1 << 30]
            .Select(bytes =>
                (RunEvent)
                    new ArtifactWritten
                    {
                        File = "artifacts/model.zip",
                        Format = "package",
                        Bytes = bytes,
                        Sha256 = "00",
                    }
            ),
        Gen.String.Select(text => (RunEvent)new MessageLogged { Level = MessageLevel.Warning, Text = text }),
        Gen.Const<RunEvent>(
            new StepCompleted
            {
                Epoch = 1,
                Step = 1,
                Loss = 1,
                LearningRate = 1,
                ImagesPerSecond = 1,
            }
        ),
        Gen.Const<RunEvent>(
            new PhaseProgressed
            {
                Phase = RunPhase.Training,
                Done = 1,
                Total = 2,
                Unit = "images",
            }
        )
    );

    private static readonly Gen<RunFinished> AnEnd = Gen.Select(
        Gen.Enum<RunOutcome>(),
        Gen.Select(Gen.Bool, Gen.String, (failed, text) => failed ? text : null),
        (outcome, error) =>
            new RunFinished
            {
                Outcome = outcome,
                Error = error,
                Seconds = 1,
            }
    );

    /// <summary>What may lie in a run folder, and after how many of its events somebody asked for cancellation.</summary>
    private static readonly Gen<(RunEvent[] Events, int RequestAfter)> Recorded = Gen.Select(
        WorkerEvent.Array[0, 12],
        AnEnd,
        Gen.Bool.Array[6, 6],
        Gen.Int[0, 20],
        (worker, finished, has, at) =>
        {
            List<RunEvent> events = [];
            // Folders of earlier versions begin with the worker's first event.
            if (has[0])
                events.Add(new RunQueued());
            bool inQueue = has[0] && has[1];
            if (inQueue)
                events.AddRange([new RunCancelRequested(), new RunFinished { Outcome = RunOutcome.Cancelled, Seconds = 0 }]);
            else
            {
                if (has[0])
                    events.Add(new AttemptStarted { Attempt = 1 });
                events.AddRange(worker);
                if (has[2])
                    events.Add(new RunCancelRequested());
                if (has[3])
                    events.Add(finished);
            }

            if (has[4] && events is [.., RunFinished])
                events.Add(new RunDeleted());
            int ended = events.FindIndex(e => e is RunFinished);
            int begun = events.FindIndex(e => e is not (RunQueued or StepCompleted or PhaseProgressed));
            // A request without a number is made while there is a worker, or not at all.
            bool asks = has[5] && !inQueue && begun >= 0 && ended != begun;
            int last = ended < 0 ? events.Count : ended;
            RunEvent[] numbered = [.. events.Select((e, i) => e with { Sequence = i + 1, Time = Start.AddSeconds(i) })];
            return (numbered, asks ? begun + 1 + at % Math.Max(1, last - begun) : -1);
        }
    );

    [Fact]
    public void Apply_OneByOneThroughTheDatabaseOrAllAtOnce_GivesTheSameRun() =>
        Recorded.Sample(record =>
        {
            var request = new RunCancelRequested { Time = Start };
            Run stepwise = SampleRun.Queued();
            for (int i = 0; i < record.Events.Length; i++)
            {
                if (i == record.RequestAfter)
                    stepwise = RoundTrip(stepwise.Apply(request));
                // A restart reads the record from its beginning.
                Run again = record.Events.Take(i + 1).Aggregate(stepwise, (run, e) => run.Apply(e));
                stepwise = RoundTrip(again);
            }

            if (record.RequestAfter == record.Events.Length)
                stepwise = stepwise.Apply(request);
            // As a rebuild does: first the events, then the request that waits in its file.
            Run atOnce = record.Events.Aggregate(SampleRun.Queued(), (run, e) => run.Apply(e));
            if (record.RequestAfter >= 0 && atOnce.Status.HasWorker())
                atOnce = atOnce.Apply(request);
            Assert.Equal(Json(atOnce), Json(stepwise));
        });

    [Fact]
    public void Apply_AnEventOfEachKind_HasARuleForIt()
    {
        foreach (Type kind in typeof(RunEvent).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(RunEvent))))
        {
            var e = (RunEvent)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(kind);
            Exception? failure = Record.Exception(() => SampleRun.Queued().Apply(e with { Sequence = 1 }));
            // Fields of such an object are null; only a missing rule is of interest.
            Assert.False(failure is InvalidOperationException, $"{kind.Name}: {failure?.Message}");
        }
    }

    [Fact]
    public void Apply_CancelledInTheQueue_NeverStarted()
    {
        Run run = new RunEvent[]
        {
            new RunQueued { Sequence = 1, Time = Start },
            new RunCancelRequested { Sequence = 2, Time = Start },
            new RunFinished
            {
                Sequence = 3,
                Time = Start.AddSeconds(9),
                Outcome = RunOutcome.Cancelled,
                Seconds = 0,
            },
        }.Aggregate(SampleRun.Queued(), (state, e) => state.Apply(e));

        Assert.Equal((RunStatus.Cancelled, null, Start.AddSeconds(9), 0), (run.Status, run.StartedAt, run.FinishedAt, run.Attempts));
    }

    [Fact]
    public void Apply_StopRequested_IsKeptOnlyWhereTheWorkerStopped()
    {
        var request = new RunStopRequested { By = "Ada", Time = Start };
        Run running = SampleRun.Queued().Apply(Started() with { Sequence = 1 }).Apply(request);
        Assert.Equal((true, "Ada", RunStatus.Running), (running.IsStopping, running.StoppedBy, running.Status));

        Run stopped = running.Apply(request with { Sequence = 2 }).Apply(Finished(3, stoppedAt: 4));
        Assert.Equal(
            (false, "Ada", 4, RunStatus.Succeeded),
            (stopped.IsStopping, stopped.StoppedBy, stopped.StoppedAtEpoch, stopped.Status)
        );

        // It came too late: a rebuild from the record, which lacks it, gives the same.
        Run tooLate = running.Apply(Finished(2, stoppedAt: null));
        Run rebuilt = SampleRun.Queued().Apply(Started() with { Sequence = 1 }).Apply(Finished(2, stoppedAt: null)).Apply(request);
        Assert.Equal(Json(rebuilt), Json(tooLate));
        Assert.Null(tooLate.StoppedBy);
    }

    private static RunFinished Finished(long sequence, int? stoppedAt) =>
        new()
        {
            Sequence = sequence,
            Time = Start,
            Outcome = RunOutcome.Succeeded,
            StoppedAtEpoch = stoppedAt,
            Seconds = 1,
        };

    private static Run RoundTrip(Run run) => JsonSerializer.Deserialize<Run>(Json(run), ProtocolJson.Line)!;

    private static string Json(Run run) => JsonSerializer.Serialize(run, ProtocolJson.Line);

    private static RunStarted Started() =>
        new()
        {
            WorkerVersion = "1",
            Device = "cpu",
            DeviceDescription = "CPU",
            Classes = ["a", "b"],
            TrainSamples = 1,
            ValidationSamples = 1,
            TestSamples = 0,
            Epochs = 9,
            StepsPerEpoch = 1,
            Parameters = 1,
            TrainableParameters = 1,
            Settings = new Dictionary<string, ParameterValue>(),
        };

    private static EpochCompleted Epoch(int epoch, double top1, bool isBest, bool adapts) =>
        new()
        {
            Epoch = epoch,
            Step = epoch,
            Metrics = adapts
                ? new Dictionary<string, double> { [MetricKeys.ValidationTop1] = top1, [MetricKeys.TargetInformation] = top1 }
                : new Dictionary<string, double> { [MetricKeys.ValidationTop1] = top1 },
            IsBest = isBest,
            Seconds = 1,
            LiveTensors = 0,
        };

    private static EvaluationCompleted Evaluation(double top1, bool ofTarget) =>
        new()
        {
            Split = Split.Test,
            OfTarget = ofTarget,
            Metrics = new Dictionary<string, double> { [ofTarget ? MetricKeys.TargetTop1 : MetricKeys.TestTop1] = top1 },
            ConfusionMatrix = [],
            Mistakes = [],
        };
}

using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Previews;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Core.Tuning;

/// <summary>What the fake worker answers to its other commands.</summary>
internal static partial class Fake
{
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
}

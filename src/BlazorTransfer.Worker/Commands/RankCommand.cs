using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Ranking;
using Spectre.Console;

namespace BlazorTransfer.Worker.Commands;

/// <summary><c>rank</c>: which backbone for this data? Scores of candidates on the training images, without training any.</summary>
internal static class RankCommand
{
    private static readonly Option<string?> Data = new("--data")
    {
        Description = "Folder of class folders, or of train/val/test with class folders; only training images are used.",
    };
    private static readonly Option<string?> Job = new("--job")
    {
        Description = "A ranking job with a prepared data set, as the web application writes it, instead of the other options.",
    };
    private static readonly Option<string[]> Weights = new("--weights")
    {
        Description = "Weights files, as FILE or NETWORK=FILE. The network is detected if it is not named.",
        AllowMultipleArgumentsPerToken = true,
    };
    private static readonly Option<string[]> Random = new("--random")
    {
        Description = "Networks to rank with random weights, as a baseline.",
        AllowMultipleArgumentsPerToken = true,
    };
    private static readonly Option<int> MaxImages = NumberOption.Create(
        "--max-images",
        RankingJob.UsualImages,
        "Maximum number of training images. They are drawn at random, in proportion to the classes."
    );
    private static readonly Option<int> Folds = NumberOption.Create(
        "--folds",
        RankingJob.UsualFolds,
        "Number of folds of the cross-validated linear probe."
    );
    private static readonly Option<int> Seed = NumberOption.Create(
        "--seed",
        0,
        "Seed of the drawn images, the folds and the random networks."
    );
    private static readonly Option<string> Device = new("--device")
    {
        Description = "auto, cpu or cuda:N.",
        DefaultValueFactory = _ => DeviceSpec.Auto,
    };
    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print each event as a line of JSON; the last is the report.",
    };

    public static Command Create()
    {
        var command = new Command(
            "rank",
            "Ranks pretrained networks on a folder of images by LogME, H-score and a cross-validated linear probe, without "
                + "training them. Test and validation images are not used."
        )
        {
            Data,
            Job,
            Weights,
            Random,
            MaxImages,
            Folds,
            Seed,
            Device,
            Json,
        };
        command.SetAction(parsed => Failures.Guard(() => Rank(parsed)));
        return command;
    }

    private static void Rank(ParseResult parsed)
    {
        NativeLibtorch.Load();
        using var cancel = new CancellationTokenSource();
        using var interruption = new Interruption(cancel, atConsole: true);
        string? manifest = null;
        try
        {
            RankingJob job = parsed.GetValue(Job) is { } file
                ? RankingJob.Load(file)
                : FromOptions(parsed, manifest = Path.GetTempFileName());
            if (parsed.GetValue(Json))
            {
                RankingRun.Execute(job, e => Console.WriteLine(JsonSerializer.Serialize(e, ProtocolJson.Line)), cancel.Token);
                return;
            }

            Print(RankingRun.Execute(job, DisplayGuard.Around<RankingEvent>(Show), cancel.Token));
        }
        finally
        {
            if (manifest is not null)
                File.Delete(manifest);
        }
    }

    private static RankingJob FromOptions(ParseResult parsed, string manifest)
    {
        string folder = Path.GetFullPath(
            parsed.GetValue(Data)
                ?? throw TrainingException.BadInput(Message.Plain("Name the images with --data, or a prepared job with --job."))
        );
        FolderImport.FromFolder(folder).Manifest.Save(manifest);
        return new RankingJob
        {
            Data = new DataSpec(manifest, folder, Path.GetFileName(folder)),
            Candidates =
            [
                .. (parsed.GetValue(Weights) ?? []).Select(Candidate),
                .. (parsed.GetValue(Random) ?? []).Select(RankingCandidate.Random),
            ],
            MaxImages = parsed.GetValue(MaxImages),
            Folds = parsed.GetValue(Folds),
            Seed = parsed.GetValue(Seed),
            Device = parsed.GetValue(Device)!,
        };
    }

    /// <summary><c>FILE</c> or <c>NETWORK=FILE</c>; a file that is there may have the sign in its name.</summary>
    private static RankingCandidate Candidate(string argument)
    {
        string? network = argument.Split('=', 2) is [var name, _] && !File.Exists(argument) ? name : null;
        string file = network is null ? argument : argument[(network.Length + 1)..];
        return new RankingCandidate(Path.GetFileName(file), network, Path.GetFullPath(file));
    }

    private static void Show(RankingEvent happened)
    {
        switch (happened)
        {
            case CandidateRanked { Candidate: var c }:
                Console.Error.WriteLine(c.Error is null ? $"{c.Name}: done in {c.Scores!.Seconds:F0} s" : $"{c.Name}: {c.Error}");
                break;
            case RankingProgressed or RankingFinished:
                break;
            default:
                throw new InvalidOperationException($"No words for {happened.GetType().Name}.");
        }
    }

    private static void Print(RankingReport report)
    {
        RankingVerdict? verdict = RankingVerdict.Of(report.Candidates, report.Folds);
        var table = new Table { Title = new TableTitle("Best first, by the accuracy of the linear probe") };
        table.AddColumn("weights").AddColumn("network");
        foreach (string column in new[] { "probe top-1", "LogME", "H-score", "images/s", "GFLOPs", "parameters" })
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (
            RankedCandidate c in report
                .Candidates.Where(c => c.Scores is not null)
                .OrderByDescending(c => c.Scores!.Accuracy)
                .ThenByDescending(c => c.Scores!.LogMe)
        )
        {
            CandidateScores s = c.Scores!;
            string mark =
                c == verdict?.Best ? " (best)"
                : c == verdict?.GoodValue ? " (good value)"
                : "";
            table.AddRow([
                Markup.Escape(c.Name + mark),
                Markup.Escape(c.DisplayName!),
                .. new FormattableString[]
                {
                    $"{s.Accuracy:P1} ± {s.AccuracySd:P1}",
                    $"{s.LogMe:F3}",
                    $"{s.HScore:F3}",
                    $"{s.ImagesPerSecond:F0}",
                    $"{s.GigaFlops:F2}",
                    $"{s.Parameters / 1e6:F1} M",
                }.Select(t => t.ToString(CultureInfo.InvariantCulture)),
            ]);
        }

        AnsiConsole.Write(table);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Images} of {report.TrainImages} training images, {report.Classes.Count} classes, {report.Folds} "
                    + $"folds, seed {report.Seed}, {report.Device}, {report.Seconds:F0} s. Validation and test images were not used."
            )
        );
        if (verdict?.KnowsLittle == true)
            Console.WriteLine(
                "Random weights score about as well as the best candidate. None of these weights is shown to help on these images."
            );
    }
}

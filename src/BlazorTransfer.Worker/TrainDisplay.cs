using System.Globalization;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using Spectre.Console;

namespace BlazorTransfer.Worker;

/// <summary>Shows a run in a terminal: a line an epoch, and below them the progress of the phase with the time left.</summary>
/// <param name="output">The terminal.</param>
/// <param name="redraws">Whether a line can be drawn over; a file or pipe gets no progress.</param>
internal sealed class TrainDisplay(TextWriter output, bool redraws)
{
    private const int BarWidth = 24;
    private const int ShownFiles = 5;
    private readonly IAnsiConsole _console = ConsoleOn(output, redraws);
    private int _epochs;
    private LabelKind _kind;
    private bool _statusShown;

    /// <summary>Shows what is trained on.</summary>
    public void Show(ImportResult import)
    {
        DatasetManifest data = import.Manifest;
        string classes = string.Join(", ", data.Classes.Take(8));
        int Count(Split split) => data.Of(split).Count;
        _console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[bold]{data.Samples.Count}[/] images, [bold]{data.Classes.Count}[/] classes ({classes}):"
        );
        _console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"{Count(Split.Train)} train, {Count(Split.Validation)} validation, {Count(Split.Test)} test. {import.SplitOrigin}"
        );
        foreach (RejectedFile file in import.Rejected.Take(ShownFiles))
            _console.MarkupLineInterpolated($"[yellow]skipped[/] {file.Name}: {file.Reason}");
        if (import.Rejected.Count > ShownFiles)
            _console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"[yellow]skipped[/] {import.Rejected.Count - ShownFiles} more files"
            );
        foreach (string warning in WarningsOf(import))
            _console.MarkupLineInterpolated($"[yellow]warning[/] {warning}");
    }

    /// <summary>What about the images is worth knowing before the run, as the pages show it.</summary>
    public static IReadOnlyList<string> WarningsOf(ImportResult import) =>
        [.. DatasetWarnings.Of(ClassCount.Of(import.Manifest)).Concat(import.Notes).Select(m => m.English)];

    public void Show(RunEvent runEvent)
    {
        switch (runEvent)
        {
            case RunStarted e:
                (_epochs, _kind) = (e.Epochs, e.Kind);
                Line($"{e.DeviceDescription}; {e.TrainableParameters:N0} of {e.Parameters:N0} parameters are trained");
                break;
            case PhaseProgressed e:
                Status(e);
                break;
            case EpochCompleted e:
                Line($"epoch {e.Epoch, 4}/{_epochs}  " + string.Join("  ", EpochFigures(e.Metrics)) + (e.IsBest ? " *" : ""));
                break;
            case EvaluationCompleted e:
                Line(Evaluation(e));
                break;
            case MessageLogged e:
                Line(e.Text);
                break;
            case RunFinished e:
                Line(
                    e.Outcome switch
                    {
                        RunOutcome.Succeeded => $"done in {Duration(e.Seconds)}{BestEpoch(e)}",
                        // The sentence goes to standard error, once.
                        RunOutcome.Failed => "failed",
                        RunOutcome.Cancelled => "cancelled",
                        RunOutcome.Lost => "lost",
                        _ => throw new InvalidOperationException($"No words for {e.Outcome}."),
                    }
                );
                break;
            case StepCompleted or SamplesPredicted or CheckpointSaved or ArtifactWritten:
            case RunQueued or AttemptStarted or RunCancelRequested or RunStopRequested or RunDeleted:
            case RunRenamed or ExperimentRenamed or NotesChanged:
                break;
            default:
                throw new InvalidOperationException($"No words for {runEvent.GetType().Name}.");
        }
    }

    private static IAnsiConsole ConsoleOn(TextWriter output, bool isTerminal)
    {
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No }
        );
        // A terminal wraps by itself, and a file name in a pipe must stay whole.
        console.Profile.Width = 10_000;
        return console;
    }

    /// <summary>Those figures that the method has: one that fits at once has no training loss.</summary>
    private static IEnumerable<string> EpochFigures(IReadOnlyDictionary<string, double> metrics)
    {
        (string Key, string Name, string Format)[] figures =
        [
            (MetricKeys.TrainLoss, "loss", "F4"),
            (MetricKeys.ValidationLoss, "validation loss", "F4"),
            (MetricKeys.ValidationTop1, "top-1", "P2"),
            (MetricKeys.ValidationMap, "mAP", "P2"),
            (MetricKeys.ValidationMicroF1, "micro F1", "P2"),
            (MetricKeys.TargetTop1, "target top-1", "P2"),
            (MetricKeys.ImagesPerSecond, "training images/s", "F0"),
        ];
        foreach ((string key, string name, string format) in figures)
        {
            if (metrics.TryGetValue(key, out double value))
                yield return $"{name} {value.ToString(format, CultureInfo.InvariantCulture)}";
        }
    }

    private static string Evaluation(EvaluationCompleted e)
    {
        string key =
            e.OfTarget ? MetricKeys.TargetTop1
            : e.Split == Split.Test ? MetricKeys.TestTop1
            : MetricKeys.ValidationTop1;
        if (e.LabelSet is { } set)
            key = MetricKeys.Of(key, set);
        string images = e.OfTarget ? "target (labels used for scoring only)" : e.Split.ToString().ToLowerInvariant(),
            labels = e.LabelSet is null ? "" : $", {e.LabelSet}";
        return $"best epoch, {images}{labels}: "
            + (MetricKeys.Main(e.Metrics, key) is { } main ? $"{Name(main.Kind)} {main.Value:P2}" : "top-1 not measured");
    }

    private string BestEpoch(RunFinished e) =>
        e is { BestEpoch: { } epoch, BestMetric: { } metric } ? $"; best epoch {epoch}, validation {Name(_kind)} {metric:P2}" : "";

    private static string Name(LabelKind kind) => kind == LabelKind.MultiLabel ? "mAP" : "top-1";

    private void Status(PhaseProgressed e)
    {
        if (!redraws)
            return;
        double fraction = e.Total == 0 ? 1 : (double)e.Done / e.Total;
        int filled = (int)(fraction * BarWidth);
        string left = e.SecondsLeft is { } seconds ? $", {Duration(seconds)} left" : "";
        string name = e.Phase switch
        {
            RunPhase.ExtractingFeatures => "computing features",
            RunPhase.Training => "training",
            RunPhase.Evaluating => "evaluating",
            RunPhase.Exporting => "exporting",
            _ => throw new InvalidOperationException($"No words for {e.Phase}."),
        };
        ClearStatus();
        output.Write(
            $"{name, -18} [{new string('#', filled)}{new string('.', BarWidth - filled)}] {fraction:P0} "
                + $"({e.Done:N0}/{e.Total:N0} {e.Unit}{left})"
        );
        _statusShown = true;
    }

    private void Line(string text)
    {
        ClearStatus();
        output.WriteLine(text);
    }

    private void ClearStatus()
    {
        if (_statusShown)
            output.Write("\r\u001b[K");
        _statusShown = false;
    }

    private static string Duration(double seconds) =>
        TimeSpan.FromSeconds(Math.Ceiling(seconds)) switch
        {
            { TotalHours: >= 1 } t => $"{(int)t.TotalHours} h {t.Minutes} min",
            { TotalMinutes: >= 1 } t => $"{t.Minutes} min {t.Seconds} s",
            TimeSpan t => $"{t.Seconds} s",
        };
}

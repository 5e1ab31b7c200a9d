using System.Globalization;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using Spectre.Console;

namespace BlazorTransfer.Worker;

/// <summary>Shows a run in a terminal: a line an epoch, and below them the progress of the phase with the time left.</summary>
internal sealed class TrainDisplay : IDisposable
{
    private const int BarWidth = 24;
    private readonly bool _redraws = !Console.IsOutputRedirected;
    private int _epochs;
    private bool _statusShown;

    public TrainDisplay(ImportResult import)
    {
        DatasetManifest data = import.Manifest;
        string classes = string.Join(", ", data.Classes.Take(8));
        int Count(Split split) => data.Of(split).Count;
        AnsiConsole.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[bold]{data.Samples.Count}[/] images, [bold]{data.Classes.Count}[/] classes ({classes}):"
        );
        AnsiConsole.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"{Count(Split.Train)} train, {Count(Split.Validation)} validation, {Count(Split.Test)} test. {import.SplitOrigin}"
        );
        foreach (RejectedFile file in import.Rejected.Take(5))
            AnsiConsole.MarkupLineInterpolated($"[yellow]left out[/] {file.Name}: {file.Reason}");
        if (import.Rejected.Count > 5)
            AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[yellow]left out[/] {import.Rejected.Count - 5} more files");
        foreach (string warning in WarningsOf(import))
            AnsiConsole.MarkupLineInterpolated($"[yellow]warning[/] {warning}");
    }

    /// <summary>What about the images is worth knowing before the run, as the pages show it.</summary>
    public static IReadOnlyList<string> WarningsOf(ImportResult import) =>
        [.. DatasetWarnings.Of(ClassCount.Of(import.Manifest)), .. import.Notes];

    public void Show(RunEvent runEvent)
    {
        switch (runEvent)
        {
            case RunStarted e:
                _epochs = e.Epochs;
                Line($"{e.DeviceDescription}; {e.TrainableParameters:N0} of {e.Parameters:N0} parameters are trained");
                break;
            case PhaseProgressed e:
                Status(e);
                break;
            case EpochCompleted e:
                // A method that fits at once has no training loss.
                string training = e.Metrics.TryGetValue(MetricKeys.TrainLoss, out double loss) ? $"loss {loss:F4}  " : "";
                string target = e.Metrics.TryGetValue(MetricKeys.TargetTop1, out double targetTop1) ? $"  target {targetTop1:P2}" : "";
                string speed = e.Metrics.TryGetValue(MetricKeys.ImagesPerSecond, out double images) ? $"  {images:F0} images/s" : "";
                Line(
                    $"epoch {e.Epoch, 4}/{_epochs}  {training}validation loss {e.Metrics[MetricKeys.ValidationLoss]:F4}  top-1 "
                        + $"{e.Metrics[MetricKeys.ValidationTop1]:P2}{(e.IsBest ? " *" : "  ")}{target}{speed}"
                );
                break;
            case EvaluationCompleted e:
                if (e.OfTarget)
                {
                    Line(
                        $"best model, {e.Answers?.Length} labelled images of the target, which chose nothing: top-1 "
                            + $"{e.Metrics[MetricKeys.TargetTop1]:P2}"
                    );
                    break;
                }

                string key = e.Split == Split.Test ? MetricKeys.TestTop1 : MetricKeys.ValidationTop1;
                Line($"best model, {e.Split.ToString().ToLowerInvariant()} split: top-1 {e.Metrics[key]:P2}");
                break;
            case MessageLogged e:
                Line(e.Text);
                break;
            case RunFinished e:
                Line(
                    e.Outcome switch
                    {
                        RunOutcome.Succeeded =>
                            $"done in {Duration(e.Seconds)}: validation top-1 {e.BestMetric:P2} at epoch {e.BestEpoch}, whose "
                                + "weights are kept",
                        // The sentence goes to standard error, once.
                        RunOutcome.Failed => "failed",
                        RunOutcome.Cancelled => "cancelled",
                        RunOutcome.Lost => "lost",
                        _ => throw new InvalidOperationException($"No words for {e.Outcome}."),
                    }
                );
                break;
            case StepCompleted or SamplesPredicted or CheckpointSaved or ArtifactWritten:
            case RunQueued or AttemptStarted or RunCancelRequested or RunDeleted:
                break;
            default:
                throw new InvalidOperationException($"No words for {runEvent.GetType().Name}.");
        }
    }

    public void Dispose() => ClearStatus();

    private void Status(PhaseProgressed e)
    {
        if (!_redraws)
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
        Console.Write(
            $"{name, -18} [{new string('#', filled)}{new string('.', BarWidth - filled)}] {fraction:P0} "
                + $"({e.Done:N0}/{e.Total:N0} {e.Unit}{left})"
        );
        _statusShown = true;
    }

    private void Line(string text)
    {
        ClearStatus();
        Console.WriteLine(text);
    }

    private void ClearStatus()
    {
        if (_statusShown)
            Console.Write("\r\u001b[K");
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

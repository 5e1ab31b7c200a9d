using System.Text.Json;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.RunDetails;

/// <summary>A worker's log as people read it: its events, which are lines of JSON in the file, become sentences.</summary>
internal static class RunLog
{
    public static string Readable(string log) => string.Join('\n', log.Split('\n').Select(Line));

    private static string Line(string line)
    {
        if (!line.StartsWith('{'))
            return line;
        try
        {
            return JsonSerializer.Deserialize<RunEvent>(line, ProtocolJson.Line) is { } e && Words(e) is { } words
                ? $"{e.Time:HH:mm:ss}  {words}"
                : line;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            // Something that only looks like an event stays as it is.
            return line;
        }
    }

    private static string? Words(RunEvent runEvent) =>
        runEvent switch
        {
            RunStarted e => $"Started on {e.DeviceDescription}: {Format.Count(e.TrainSamples, "training image")}, "
                + $"{Format.Count(e.ValidationSamples, "validation image")}, {Format.Count(e.Epochs, "epoch")}.",
            EpochCompleted e => $"Epoch {e.Epoch} ended after {Format.Seconds(e.Seconds)}: {Figures(e)}{(e.IsBest ? " Best so far." : "")}",
            EvaluationCompleted e => $"Evaluated the best epoch on the {(e.OfTarget ? "target" : e.Split.ToString().ToLowerInvariant())} "
                + $"images{(e.LabelSet is { } set ? $" ({set})" : "")}.",
            CheckpointSaved e => $"Saved the model of epoch {e.Epoch}.",
            ArtifactWritten e => $"Wrote the model package ({Format.Bytes(e.Bytes)}).",
            MessageLogged e => EngineTexts.Of(e.Message),
            RunCancelRequested => "Somebody asked to cancel the run.",
            RunStopRequested e => $"{(e.By is { Length: > 0 } name ? name : "Somebody")} asked to stop the run early.",
            RunFinished e => e.Failure is null
                ? $"Ended: {e.Outcome.ToString().ToLowerInvariant()}."
                : $"Ended: {EngineTexts.Of(e.Failure)}",
            // The worker does not log these.
            RunQueued or AttemptStarted or PhaseProgressed or StepCompleted or SamplesPredicted or RunDeleted => null,
            _ => throw new InvalidOperationException($"No words for {runEvent.GetType().Name}."),
        };

    private static string Figures(EpochCompleted e)
    {
        (string Key, string Name, Func<double, string> Show)[] figures =
        [
            (MetricKeys.TrainLoss, "training loss", v => v.ToString("F4")),
            (MetricKeys.ValidationLoss, "validation loss", v => v.ToString("F4")),
            (MetricKeys.ValidationTop1, "validation accuracy", v => Format.Percent(v)),
            (MetricKeys.TargetTop1, "target accuracy", v => Format.Percent(v)),
        ];
        return string.Join(", ", figures.Where(f => e.Metrics.ContainsKey(f.Key)).Select(f => $"{f.Name} {f.Show(e.Metrics[f.Key])}"))
            + ".";
    }
}

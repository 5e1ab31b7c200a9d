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
            RunStarted e => Text("Log.Started", Format.Device(e.DeviceDescription), e.TrainSamples, e.ValidationSamples, e.Epochs),
            EpochCompleted e => Text(e.IsBest ? "Log.BestEpoch" : "Log.Epoch", e.Epoch, Format.Seconds(e.Seconds), Figures(e)),
            EvaluationCompleted e => e.LabelSet is { } set
                ? Text("Log.EvaluatedSet", ImagesOf(e), set)
                : Text("Log.Evaluated", ImagesOf(e)),
            CheckpointSaved e => Text("Log.Saved", e.Epoch),
            ArtifactWritten e => Text("Log.Package", Format.Bytes(e.Bytes)),
            MessageLogged e => EngineTexts.Of(e.Message),
            RunCancelRequested => Text("Log.Cancel"),
            RunStopRequested e => e.By is { Length: > 0 } name ? Text("Log.StopBy", name) : Text("Log.Stop"),
            RunFinished e => e.Failure is null ? Text($"Log.Ended.{e.Outcome}") : Text("Log.EndedWith", EngineTexts.Of(e.Failure)),
            // The worker does not log these.
            RunQueued or AttemptStarted or PhaseProgressed or StepCompleted or SamplesPredicted or RunDeleted => null,
            _ => throw new InvalidOperationException($"No words for {runEvent.GetType().Name}."),
        };

    private static string Text(string key, params object[] values) => Texts<RunDetailTexts>.Get(key, values);

    private static string ImagesOf(EvaluationCompleted e) => e.OfTarget ? Text("Log.Images.Target") : Text($"Log.Images.{e.Split}");

    private static string Figures(EpochCompleted e)
    {
        (string Key, string Name, Func<double, string> Show)[] figures =
        [
            (MetricKeys.TrainLoss, "Log.TrainLoss", v => v.ToString("F4")),
            (MetricKeys.ValidationLoss, "Log.ValidationLoss", v => v.ToString("F4")),
            (MetricKeys.ValidationTop1, "Log.ValidationAccuracy", v => Format.Percent(v)),
            (MetricKeys.ValidationMap, "Log.ValidationMap", v => Format.Percent(v)),
            (MetricKeys.ValidationMicroF1, "Log.ValidationMicroF1", v => Format.Percent(v)),
            (MetricKeys.TargetTop1, "Log.TargetAccuracy", v => Format.Percent(v)),
        ];
        return string.Join(", ", figures.Where(f => e.Metrics.ContainsKey(f.Key)).Select(f => Text(f.Name, f.Show(e.Metrics[f.Key]))));
    }
}

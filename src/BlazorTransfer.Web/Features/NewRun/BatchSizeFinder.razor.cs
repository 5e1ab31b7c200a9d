using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Tuning;
using BlazorTransfer.Web.Components;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>Finds a batch size for what is chosen in the form: speed and memory of more and more images at once, and the size to
/// take.</summary>
public sealed partial class BatchSizeFinder
{
    private readonly List<BatchSizeSpeed> _measured = [];

    private protected override IReadOnlyCollection<string> Irrelevant { get; } =
    [ParameterNames.LearningRate, ParameterNames.BatchSize, ParameterNames.Epochs];

    private double Best => _measured.Max(m => m.ImagesPerSecond);

    private string Stage => Progress is { } p ? T["MeasuringSteps", p.Done] : T["Stage.Starting"];

    // Sizes double.
    private double Fraction => Progress is { } p ? Math.Log2(p.Done) / (Math.Log2(p.Total) + 1) : 0;

    private protected override Task<BatchSizeReport> AskAsync(Action<TuningEvent> take, CancellationToken cancel) =>
        Tuning.FindBatchSizeAsync(User, ProjectId, Request, take, cancel);

    private protected override void Clear() => _measured.Clear();

    private protected override void See(TuningEvent happened)
    {
        if (happened is BatchSizeTried { Speed: var speed })
            _measured.Add(speed);
    }

    // Of features that are kept, a step takes microseconds.
    private static string Time(double seconds) => seconds < 0.01 ? $"{seconds * 1000:F2} ms" : Format.Seconds(seconds);

    private Task UseAsync(int size, double rate) =>
        UseAsync(T["BatchSizeUsed", size, Rate(rate)], (ParameterNames.BatchSize, size), (ParameterNames.LearningRate, rate));
}

using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.Experiments;
using BlazorTransfer.Web.Features.Runs;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Adaptation;

/// <summary>A method of domain adaptation beside the source alone and the oracle, and whether it was worth it; live.</summary>
public sealed partial class AdaptationCard
{
    private IReadOnlyList<Row> _rows = [];
    private (string Tone, string Text)? _verdict;

    [Inject]
    private TargetAnswers Answers { get; set; } = null!;

    private protected override void Conclude()
    {
        ILookup<AdaptationPart, Run> parts = Members.ToLookup(r => r.Submission.Part ?? AdaptationPart.Method);
        Run[] baseline =
        [
            .. parts[parts.Contains(AdaptationPart.SourceOnly) ? AdaptationPart.SourceOnly : AdaptationPart.Method]
                .Where(r => r.Status == RunStatus.Succeeded),
        ];
        _rows =
        [
            .. new[] { AdaptationPart.SourceOnly, AdaptationPart.Method, AdaptationPart.Oracle }
                .Where(parts.Contains)
                .Select(part =>
                {
                    Run[] runs = [.. parts[part]],
                        done = [.. runs.Where(r => r.Status == RunStatus.Succeeded)];
                    bool isBaseline = done.Intersect(baseline).Any();
                    return new Row(
                        part,
                        runs,
                        Spread.Of(done.Select(r => r.BestTop1)),
                        Spread.Of(done.Select(r => r.TargetTop1)),
                        isBaseline ? null : Answers.Gain(done, baseline)
                    );
                }),
        ];
        _verdict = _rows.FirstOrDefault(r => r.Part == AdaptationPart.Method)?.Gain is { } gain ? Judge(gain) : null;
    }

    private static (string Tone, string Text) Judge(PairedGain gain) =>
        gain switch
        {
            { IsGain: true } => ("good", $"The adaptation gains {PairedGain.Points(gain.Difference)} points on the target."),
            { IsLoss: true } => (
                "bad",
                $"Negative transfer: the adaptation costs {PairedGain.Points(-gain.Difference)} points on the target. Use the "
                    + "model of the source alone, a gentler strength, or another method."
            ),
            _ => (
                "warn",
                $"No clear gain: the difference of {PairedGain.Points(gain.Difference)} points is within what {gain.Images} "
                    + "images can tell."
            ),
        };

    private string LabelNote =>
        Members[0].Job.Target is { LabelledPerClass: > 0 and int count }
            ? $"The method used {Format.Count(count, "labelled target image")} per class for training. The other target images score it."
            : "Target labels are used for scoring only.";

    private Task CancelAsync() =>
        AskAndCancelAsync(
            "Cancel what is not over?",
            $"{Open} of these runs are waiting or at work. Those that have finished stay.",
            "Cancel them"
        );

    /// <param name="Part">What is compared.</param>
    /// <param name="Runs">Its runs, one a seed.</param>
    /// <param name="Source">Top-1 on the source's validation images.</param>
    /// <param name="Target">Top-1 on the target.</param>
    /// <param name="Gain">Over the source alone; null for that itself.</param>
    private sealed record Row(AdaptationPart Part, IReadOnlyList<Run> Runs, Spread? Source, Spread? Target, PairedGain? Gain)
    {
        public string Title =>
            Part switch
            {
                AdaptationPart.SourceOnly => "Source alone",
                AdaptationPart.Method => Runs[0].Submission.Name,
                AdaptationPart.Oracle => "Target's own labels",
                _ => throw new InvalidOperationException($"No title for {Part}."),
            };

        public string Explanation =>
            Part switch
            {
                AdaptationPart.SourceOnly => $"{Runs[0].Job.Method}, without adaptation",
                AdaptationPart.Method => $"{Runs[0].Job.Method}: the source, and the target "
                    + $"{(Runs[0].Job.Target is { LabelledPerClass: > 0 } ? "with a few labels" : "without labels")}",
                AdaptationPart.Oracle => "the oracle: what there is to gain if you labelled the target",
                _ => throw new InvalidOperationException($"No words for {Part}."),
            };

        /// <summary>Of its runs, the one that is furthest from done.</summary>
        public RunStatus Status => Runs.Select(r => r.Status).OrderBy(s => s is RunStatus.Failed or RunStatus.Lost ? -1 : (int)s).First();
    }
}

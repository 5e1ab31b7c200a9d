using System.Collections.Concurrent;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Which images the model of a finished run classified correctly, so that two runs can be compared image by image. Kept once read:
/// they never change.</summary>
internal sealed class RunAnswers(DataFolder folder)
{
    private readonly ConcurrentDictionary<(string RunId, bool OfTarget), string> _known = new();

    /// <summary>How much more accurate some runs are on the target than others with the same seeds.</summary>
    public PairedGain? TargetGain(IEnumerable<Run> runs, IEnumerable<Run> over)
    {
        Dictionary<int, Run> others = over.ToDictionary(r => r.Job.Seed);
        return PairedGain.Of(runs.Where(r => others.ContainsKey(r.Job.Seed)).Select(r => (OfTarget(r), OfTarget(others[r.Job.Seed]))));
    }

    /// <summary>How much more accurate the runs of one configuration are on validation images than those of another. Folds count together,
    /// since each image validates in one of them; seeds are averaged, since they answer the same images.</summary>
    public PairedGain? ValidationGain(IEnumerable<Run> runs, IEnumerable<Run> over)
    {
        (Run One, Run Other)[] pairs = [.. runs.Join(over, KeyOf, KeyOf, (one, other) => (one, other)).OrderBy(p => p.one.Job.Fold?.Index)];
        (string One, string Other)[] answers = [.. pairs.Select(p => (OfValidation(p.One), OfValidation(p.Other)))];
        if (pairs.Length == 0 || pairs[0].One.Job.Fold is null)
            return PairedGain.Of(answers);
        // Folds that one of the two did not answer are left out of both.
        (string One, string Other)[] both = [.. answers.Where(a => a.One.Length > 0 && a.One.Length == a.Other.Length)];
        return PairedGain.Of([(string.Concat(both.Select(a => a.One)), string.Concat(both.Select(a => a.Other)))]);
    }

    private static (Fold? Fold, int Seed) KeyOf(Run run) => (run.Job.Fold, run.Job.Seed);

    private string OfTarget(Run run) => run.TargetTop1 is null ? "" : Of(run, ofTarget: true, e => e.OfTarget);

    private string OfValidation(Run run) =>
        Of(run, ofTarget: false, e => e is { OfTarget: false, LabelSet: null, Split: Split.Validation });

    /// <summary><c>1</c> or <c>0</c> for each image, in the order of their hashes; empty while there are none. The caller has seen the
    /// run.</summary>
    private string Of(Run run, bool ofTarget, Func<EvaluationCompleted, bool> isAsked)
    {
        if (_known.TryGetValue((run.Id, ofTarget), out string? known))
            return known;
        if (run.Status != RunStatus.Succeeded)
            return "";
        string answers = RunEventTail.All(folder.Run(run.Id).Events).OfType<EvaluationCompleted>().LastOrDefault(isAsked)?.Answers ?? "";
        return _known[(run.Id, ofTarget)] = answers;
    }
}

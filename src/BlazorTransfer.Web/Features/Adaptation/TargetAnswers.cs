using System.Collections.Concurrent;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Adaptation;

/// <summary>Which images of the target domain a finished run was right about. Kept once read: they never change.</summary>
internal sealed class TargetAnswers(DataFolder folder)
{
    private readonly ConcurrentDictionary<string, string> _known = new();

    /// <summary><c>1</c> or <c>0</c> for each scored image, in the order of their hashes; empty while there are none. Whoever asks has seen
    /// the run.</summary>
    public string Of(Run run)
    {
        if (_known.TryGetValue(run.Id, out string? known))
            return known;
        if (run.Status != RunStatus.Succeeded || run.TargetTop1 is null)
            return "";
        string answers =
            RunEventTail.All(folder.Run(run.Id).Events).OfType<EvaluationCompleted>().LastOrDefault(e => e.OfTarget)?.Answers ?? "";
        return _known[run.Id] = answers;
    }

    /// <summary>What the runs of one part gained over those of another, seed by seed.</summary>
    public PairedGain? Gain(IEnumerable<Run> runs, IEnumerable<Run> over)
    {
        Dictionary<int, Run> others = over.ToDictionary(r => r.Job.Seed);
        return PairedGain.Of(runs.Where(r => others.ContainsKey(r.Job.Seed)).Select(r => (Of(r), Of(others[r.Job.Seed]))));
    }
}

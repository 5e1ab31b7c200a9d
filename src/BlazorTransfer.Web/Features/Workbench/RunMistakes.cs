using System.Security.Claims;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>Images that a run predicted wrongly, as a gallery shows them.</summary>
/// <param name="RunId">The run.</param>
/// <param name="RunName">Its number and name.</param>
/// <param name="Text">Which images these are, in a sentence.</param>
/// <param name="Keys">Their keys.</param>
internal sealed record RunImagesFound(string RunId, string RunName, string Text, IReadOnlyCollection<string> Keys);

/// <summary>Looks up images in the evaluations of runs, so that a gallery can show and correct them.</summary>
internal sealed class RunMistakes(RunService runs)
{
    /// <summary>Null where the run or its evaluation is gone.</summary>
    public RunImagesFound? Find(ClaimsPrincipal user, string projectId, RunImages wanted) =>
        runs.List(user, projectId).FirstOrDefault(r => r.Id == wanted.RunId) is { } run
        && runs.Events(user, projectId, wanted.RunId, wanted.Evaluation - 1, limit: 1) is [EvaluationCompleted evaluation]
            ? new RunImagesFound(run.Id, $"#{run.Submission.Number} {run.Name}", TextOf(wanted), KeysOf(evaluation, wanted))
            : null;

    private static string[] KeysOf(EvaluationCompleted evaluation, RunImages wanted) =>
        [
            .. evaluation
                .Mistakes.Where(m =>
                    (wanted.Label is null || m.Label == wanted.Label) && (wanted.Predicted is null || m.Top[0].Label == wanted.Predicted)
                )
                .Select(m => m.Key),
        ];

    private static string TextOf(RunImages wanted) =>
        wanted is { Label: { } label, Predicted: { } predicted }
            ? Texts<WorkbenchTexts>.Get("MistakesOfCell", label, predicted)
            : Texts<WorkbenchTexts>.Get("MistakesOfRun");
}

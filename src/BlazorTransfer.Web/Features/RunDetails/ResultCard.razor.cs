using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.RunDetails;

/// <summary>The result of a finished run with its interval, and what to try next.</summary>
public sealed partial class ResultCard
{
    private const int Folds = 5;
    private RunResult? _result;
    private IReadOnlyList<NextStep> _steps = [];
    private string? _comparison;
    private Catalogue? _catalogue;
    private BackboneWeights? _imageNet;

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    [Parameter, EditorRequired]
    public ClaimsPrincipal User { get; set; } = null!;

    /// <summary>The user may start runs.</summary>
    [Parameter]
    public bool MayEdit { get; set; }

    /// <summary>False where the data set was deleted.</summary>
    [Parameter]
    public bool HasImages { get; set; } = true;

    /// <summary>The run with all its events.</summary>
    [CascadingParameter]
    private RunView View { get; set; } = null!;

    [Inject]
    private CatalogueProvider Catalogues { get; set; } = null!;

    [Inject]
    private WeightsLibrary Library { get; set; } = null!;

    [Inject]
    private RunService Runs { get; set; } = null!;

    private Run Run => View.Run;

    protected override async Task OnInitializedAsync()
    {
        if ((_result = RunResult.Of(View)) is null)
            return;
        _comparison = CompareWithParent();
        // The worker may have to be started first. Meanwhile the result itself is on the page.
        _catalogue = await Catalogues.TryGetAsync();
        _steps = NextSteps.For(Facts(_result));
    }

    private ResultFacts Facts(RunResult result)
    {
        IReadOnlyList<BackboneWeights> weights = Library.List(User);
        StartingPoint start = StartOf(weights);
        _imageNet =
            _catalogue is { } catalogue && Run.Job.Backbone != catalogue.DefaultBackbone.Name
                ? weights.FirstOrDefault(w => w.Backbones.Contains(catalogue.DefaultBackbone.Name))
                : null;
        RunStarted started = View.Started!;
        TransferMethodSpec? method = _catalogue?.FindMethod(Run.Job.Method);
        return new ResultFacts
        {
            Result = result,
            ImagesPerClass = started.TrainSamples / Math.Max(1, started.Classes.Count),
            TrainTop1 = View.Accuracy.FirstOrDefault(p => (int)p.X == (View.KeptEpoch ?? 0))?.Y[0],
            Top1ByEpoch = [.. View.Accuracy.Select(p => p.Y[1]).OfType<double>()],
            PlannedEpochs = started.Epochs,
            Start = start,
            ImageNetNetwork = _imageNet is null ? null : _catalogue!.DefaultBackbone.DisplayName,
            IsProbe = method?.Has(MethodRole.FeatureProbe) == true,
            HasTarget = Run.Job.Target is { IsOracle: false },
            AdaptsToTarget = method?.AdaptsToTarget == true,
            IsPartOfExperiment = Run.Submission.ExperimentId is not null || Run.Job.Fold is not null,
        };
    }

    private StartingPoint StartOf(IReadOnlyList<BackboneWeights> weights) =>
        Run.Submission switch
        {
            { ParentRunId: not null } => StartingPoint.Pretrained,
            { WeightsId: null } => StartingPoint.RandomWeights,
            // Of the weights that come with the program, those of another network than the default are of the small one.
            { WeightsId: { } id } => weights.FirstOrDefault(w => w.Id == id) is { IsBuiltIn: true } small
            && _catalogue is { } catalogue
            && !small.Backbones.Contains(catalogue.DefaultBackbone.Name)
                ? StartingPoint.SmallNetwork
                : StartingPoint.Pretrained,
        };

    /// <summary>How the run compares with the run whose model it started from, where both were measured on the same images.</summary>
    private string? CompareWithParent()
    {
        if (
            Run.Submission.ParentRunId is not { } parentId
            || Runs.Models(User).FirstOrDefault(r => r.Id == parentId) is not { } parent
            || ReadView(parent) is not { } view
        )
            return null;
        var comparison = new RunComparison([new ComparedRun(parent, view), new ComparedRun(Run, View)], default);
        return comparison.OnSameImages && comparison.Gain(new ComparedRun(Run, View)) is { } gain
            ? T[Judge(gain), PairedGain.Points(gain.Difference), parent.Submission.Number, Intervals.Of(gain)].Value
            : null;
    }

    private static string Judge(PairedGain gain) =>
        gain.IsGain ? "Compared.Better"
        : gain.IsLoss ? "Compared.Worse"
        : "Compared.NotSignificant";

    private RunView? ReadView(Run run)
    {
        var view = new RunView(run);
        try
        {
            RunEventTail tail = RunEventTail.Start;
            do
            {
                tail = Runs.Events(User, run.Submission.ProjectId, run.Id, tail);
                foreach (RunEvent e in tail.Events)
                    view.Apply(e);
            } while (!tail.IsAtEnd);

            return view;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotFoundException)
        {
            return null;
        }
    }

    /// <summary>What the button of a step opens; null where the user may not, or the thing is gone.</summary>
    private string? AddressOf(NextStepKind kind) =>
        kind switch
        {
            NextStepKind.AdaptToTarget => Again(method: MethodRole.SuggestedForAdaptation),
            NextStepKind.TryLinearProbe => Again(method: MethodRole.SuggestedFirst),
            NextStepKind.TrainFeatures => Again(method: MethodRole.SuggestedWithMoreImages),
            NextStepKind.TrainLonger => Again(epochs: 2 * View.Started!.Epochs),
            NextStepKind.CrossValidate => Again(folds: Folds),
            NextStepKind.UseImageNetWeights => MayEdit && HasImages
                ? AppRoutes.NewRunWith(ProjectId, Run.Submission.DatasetId, _catalogue!.DefaultBackbone.Name, _imageNet!.Id)
                : null,
            NextStepKind.CompareConfigurations => MayEdit && HasImages ? AppRoutes.Train(ProjectId, Run.Submission.DatasetId) : null,
            NextStepKind.CheckLabels or NextStepKind.AddImages => HasImages ? AppRoutes.Dataset(ProjectId, Run.Submission.DatasetId) : null,
            NextStepKind.TryAnImage => AppRoutes.TryAnImage(ProjectId, Run.Id),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };

    private string? Again(MethodRole? method = null, int? epochs = null, int? folds = null) =>
        MayEdit && HasImages
            ? AppRoutes.NewRunLike(ProjectId, Run.Id, method is { } role ? _catalogue?.FindMethod(role)?.Name : null, epochs, folds)
            : null;
}

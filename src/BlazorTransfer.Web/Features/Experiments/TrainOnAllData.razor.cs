using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Experiments;

/// <summary>Starts a run with the best settings of an experiment that learns from all labelled images.</summary>
public sealed partial class TrainOnAllData
{
    private bool _withTest;
    private bool _isStarting;
    private string? _refusal;

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    [Parameter, EditorRequired]
    public ClaimsPrincipal User { get; set; } = null!;

    [CascadingParameter]
    private Experiment Experiment { get; set; } = null!;

    [Inject]
    private RunService Runs { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private bool HasTest => Experiment.Members.Any(r => r.TestTop1 is not null);

    /// <summary>The run to ask for.</summary>
    internal static RunRequest RequestFor(Experiment experiment, bool withTest) =>
        RunRequest.Of(experiment.Best!.Best!) with
        {
            // Without validation images there is no choice of an epoch, and adapting needs one.
            Target = null,
            Name = RunNames.Shortened(experiment.Name, Texts<ExperimentTexts>.Get("NameAllData")),
            TrainOn = withTest ? TrainingImages.WithValidationAndTest : TrainingImages.WithValidation,
            BestOfExperimentId = experiment.Id,
        };

    private async Task StartAsync()
    {
        if (_isStarting)
            return;
        _isStarting = true;
        try
        {
            Run run = await Runs.SubmitAsync(User, ProjectId, RequestFor(Experiment, _withTest));
            Navigation.NavigateTo(AppRoutes.Run(ProjectId, run.Id));
        }
        catch (Exception e) when (e is RefusedException or ForbiddenException or NotFoundException)
        {
            (_refusal, _isStarting) = (e.Message, false);
        }
        catch (Exception e) when (DiskFullException.IsCauseOf(e))
        {
            (_refusal, _isStarting) = (EngineTexts.Of(DiskFullException.Sentence), false);
        }
    }
}

using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Train;

/// <summary>Offers three presets for a data set and starts one with one click. Shows the preset Best until its experiment starts.</summary>
public sealed partial class TrainPage : IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyList<Dataset> _datasets = [];
    private Dataset? _dataset;
    private IReadOnlyList<PresetOffer> _offers = [];
    private TrainObstacle? _obstacle;
    private TrainingPlan? _plan;
    private RankingActivity? _ranking;
    private TrainPreset _preset = TrainPreset.Balanced;
    private string? _failure;
    private string _dividedBy = "";
    private bool _starting;
    private bool _cancelling;

    [SupplyParameterFromQuery(Name = "dataset")]
    private string? DatasetId { get; set; }

    [Inject]
    private DatasetService Datasets { get; set; } = null!;

    [Inject]
    private TrainService Training { get; set; } = null!;

    [Inject]
    private JobService Jobs { get; set; } = null!;

    private PresetOffer Chosen => _offers.First(o => o.Preset == _preset);

    private string Subtitle =>
        _dataset is { Latest.HasLabels: true }
            ? T["Details", _dataset.Name, _dataset.Latest.Of(Split.Train).ToString("N0"), Counted.Classes(_dataset.Latest.Classes.Count)]
            : _dataset?.Name ?? "";

    private IReadOnlyList<Choice<TrainPreset>> Cards =>
        [
            .. _offers.Select(o => new Choice<TrainPreset>(o.Preset, T[$"Preset.{o.Preset}"], o.Time.ToString(), o.WhyNot)
            {
                Lines = o.Steps,
            }),
        ];

    private string? Detail =>
        _ranking?.Progress is { Number: > 0 } p ? T["RankingProgress", p.Number, p.Candidates, p.Done, p.Total].Value : null;

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        IReadOnlyList<Dataset> all = Datasets.List(User, ProjectId);
        _datasets = [.. all.Where(d => d.Latest.HasLabels).OrderByDescending(d => d.Latest.CreatedAt)];
        _dataset = all.FirstOrDefault(d => d.Id == DatasetId) ?? _datasets.FirstOrDefault() ?? all.FirstOrDefault();
        if (_dataset is null)
            return;
        string[] names =
        [
            .. Datasets
                .TagsOf(_dataset, _dataset.Latest.Number)
                .GroupBy(t => t.Name)
                .Where(g => g.Count() > 1)
                .Select(g => TagCount.Shown(g.Key)),
        ];
        _dividedBy = string.Join(T["ListSeparator"], names);
        LoadPlan();
        await LoadAsync();
        _ = FollowAsync();
    }

    private string StepOf(TrainingPlan plan) => plan.Networks > 1 ? T["StepRanking", plan.Networks] : T["StepStarting"];

    private async Task LoadAsync()
    {
        try
        {
            _failure = null;
            (_offers, _obstacle) = await Training.OfferAsync(User, ProjectId, _dataset!.Id);
        }
        catch (Exception e)
            when (e is RefusedException or FileNotFoundException or DiskFullException or System.ComponentModel.Win32Exception)
        {
            _failure = e.Message;
        }
    }

    private void LoadPlan()
    {
        _plan = Training.Plan(User, ProjectId, _dataset!.Id);
        _ranking = _plan is { IsAtWork: true } ? Training.Ranking(User, ProjectId, _dataset.Id) : null;
    }

    private async Task StartAsync()
    {
        // A second click can arrive before the browser has disabled the button.
        if (_starting)
            return;
        _starting = true;
        string? address = null;
        bool isStarted = await AttemptAsync(async () => address = await Training.StartAsync(User, ProjectId, _dataset!.Id, _preset));
        if (isStarted && _preset != TrainPreset.Best)
        {
            Navigation.NavigateTo(address!);
            return;
        }

        _starting = false;
        LoadPlan();
    }

    private async Task CancelAsync()
    {
        _cancelling = true;
        await AttemptAsync(() => Training.Cancel(User, ProjectId, _dataset!.Id));
        LoadPlan();
        _cancelling = false;
    }

    /// <summary>Shows each change of the plan, and opens its experiment once that has started.</summary>
    private async Task FollowAsync()
    {
        try
        {
            await foreach (int _ in Jobs.WatchAsync(User, ProjectId, _closed.Token))
                await InvokeAsync(Observe);
        }
        catch (OperationCanceledException) { }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    private void Observe()
    {
        (TrainingPlan? plan, RankingActivity? ranking) = (_plan, _ranking);
        LoadPlan();
        if (plan is { IsAtWork: true } && _plan is { State: PlanState.Started } && _plan.Id == plan.Id)
            Navigation.NavigateTo(AppRoutes.Experiment(ProjectId, _plan.ExperimentId));
        else if ((plan, ranking) != (_plan, _ranking))
            StateHasChanged();
    }
}

using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Previews;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Backbones;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>The expert form: all choices of a new run. Choices and fields come from the worker's catalogue.</summary>
public sealed partial class NewRunPage
{
    private IReadOnlyList<Dataset> _datasets = [];
    private IReadOnlyList<Dataset> _allDatasets = [];
    private Catalogue? _catalogue;
    private NewRunForm? _form;
    private IReadOnlyList<RunPart> _gone = [];
    private IReadOnlyList<RunPart> _absent = [];
    private string? _failure;
    private bool _advanced;
    private bool _starting;
    private bool _isRestored;
    private TrainingTimes? _times;
    private FormSection? _domainSection;
    private FormSection? _networkSection;
    private FormSection? _methodSection;
    private FormSection? _settingsSection;

    [Inject]
    private DatasetService Datasets { get; set; } = null!;

    [Inject]
    private WeightsLibrary Library { get; set; } = null!;

    [Inject]
    private RunService Runs { get; set; } = null!;

    [Inject]
    private ProbeKnowledge Probes { get; set; } = null!;

    [Inject]
    private AugmentationPreviews Previews { get; set; } = null!;

    [Inject]
    private FormDrafts Drafts { get; set; } = null!;

    [Inject]
    private RankingService Rankings { get; set; } = null!;

    [Inject]
    private BackboneSpeeds Speeds { get; set; } = null!;

    [Inject]
    private CatalogueProvider Catalogues { get; set; } = null!;

    /// <summary>True if images of a validation fold may have been used to train the model that the run starts or learns from.</summary>
    private bool FoldsWereSeen =>
        _form is { Experiment.Kind: ExperimentKind.Folds }
        && new[] { _form.Method.TakesWeights ? _form.Parent : null, _form.Method.TakesTeacher ? _form.Teacher : null }
            .OfType<Run>()
            .Any(r => Runs.MayHaveLearnedFrom(r, _form.Dataset.Id));

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _allDatasets = Datasets.List(User, ProjectId);
        _datasets = [.. _allDatasets.Where(d => d.Latest.HasLabels)];
        if (_datasets.Count > 0)
            await LoadCatalogueAsync();
    }

    private IReadOnlyList<Choice<Dataset>> DatasetChoices =>
        [
            .. _datasets.Select(d => new Choice<Dataset>(
                d,
                d.Name,
                T["Classes", Counted.Images(d.Latest.Of(Split.Train)), Counted.Classes(d.Latest.Classes.Count)]
            )),
        ];

    /// <summary>How long the runs take, in words.</summary>
    private string Time
    {
        get
        {
            if (_form is null || _times is null)
                return "–";
            ParameterSpec? epochs = _form.Specs.FirstOrDefault(s => s.Name == ParameterNames.Epochs);
            ParameterSpec? size = _form.Specs.FirstOrDefault(s => s.Name == ParameterNames.ImageSize);
            return _times
                .OfRuns(
                    _form.Backbone,
                    _form.Method,
                    epochs is null ? 0 : (int)(_form.Value(epochs).AsNumber ?? 0),
                    size is null ? 0 : (int)(_form.Value(size).AsNumber ?? 0),
                    _form.Runs
                )
                .ToString();
        }
    }

    private string SettingsDetail => _form!.ChangedSettings == 0 ? T["Defaults"] : T["SettingsChanged", _form.ChangedSettings];

    private async Task LoadCatalogueAsync()
    {
        try
        {
            _failure = null;
            _catalogue = await Catalogues.GetAsync();
            _form = NewForm(_catalogue);
            ChooseWhatTheAddressNames(_form);
            _absent = [.. AbsentOf(_form)];
            if (FromRun is not null)
            {
                _gone = _form.TakeOver(Runs.Get(User, ProjectId, FromRun), _datasets);
                _advanced = true;
            }
            else if (
                !IsFromLink
                && Drafts.Find(User, ProjectId) is { } draft
                && (DatasetId ?? draft.Request.DatasetId) == draft.Request.DatasetId
            )
            {
                _form.TakeOver(draft, _datasets);
                _isRestored = true;
            }

            _form.Change(MethodName, Epochs, Folds);

            LoadTimes();
            Advise(follows: true, keeps: false);
        }
        catch (NotFoundException)
        {
            _absent = [.. _absent, RunPart.Run];
        }
        catch (Exception e)
            when (e is RefusedException or FileNotFoundException or DiskFullException or System.ComponentModel.Win32Exception)
        {
            _failure = e.Message;
        }
    }

    private NewRunForm NewForm(Catalogue catalogue)
    {
        var form = new NewRunForm(
            catalogue,
            Library.List(User),
            Runs.Models(User),
            _datasets.FirstOrDefault(d => d.Id == DatasetId) ?? _datasets[0],
            new DomainForm(_allDatasets, d => Datasets.TagsOf(d, d.Latest.Number))
        );
        form.InputErrors.Changed += StateHasChanged;
        return form;
    }

    private void LoadTimes() =>
        _times = new TrainingTimes(
            _form!.Dataset,
            Speeds.All(User),
            Rankings.Get(User, ProjectId, _form.Dataset.Id).Last?.Report,
            Runs.List(User, ProjectId),
            _catalogue!.Devices[0]
        );

    /// <summary>Changes images or domains, which the advice depends on.</summary>
    private void Change(Action<NewRunForm> change)
    {
        change(_form!);
        LoadTimes();
        Advise(follows: true);
    }

    private void Advise(bool follows, bool keeps = true)
    {
        _form!.Advise(Probes.Find(User, ProjectId, _form), follows);
        if (keeps)
            Keep();
    }

    /// <summary>Keeps the choices for the next visit of this page.</summary>
    private void Keep()
    {
        Drafts.Keep(User, ProjectId, _form!.ToDraft());
        StateHasChanged();
    }

    private void StartOver()
    {
        Drafts.Forget(User, ProjectId);
        (_isRestored, _advanced, _gone) = (false, false, []);
        _form = NewForm(_catalogue!);
        LoadTimes();
        Advise(follows: true, keeps: false);
    }

    private void TakeTemplate(IReadOnlyList<RunPart> gone)
    {
        _gone = gone;
        Change(_ => { });
    }

    private Task ShowMissingAsync() =>
        _form!.MissingPart switch
        {
            FormPart.Domains => _domainSection!.ShowAsync(),
            FormPart.Network => _networkSection!.ShowAsync(),
            FormPart.Method => _methodSection!.ShowAsync(),
            FormPart.Settings => _settingsSection!.ShowAsync(),
            var part => throw new InvalidOperationException($"No section for {part}."),
        };

    private string ListOf(IEnumerable<RunPart> parts) => string.Join(T["ListSeparator"], parts.Select(p => T[$"Part.{p}"].Value));

    private Task<PreviewSheet> DrawPreviewAsync(int draw, CancellationToken cancel) =>
        Previews.DrawAsync(User, ProjectId, _form!.ToPreview(), draw, cancel);

    private async Task StartAsync()
    {
        // A second click can arrive before the browser has disabled the button.
        if (_form is null || _starting || _form.InputErrors.First is not null)
            return;
        _starting = true;
        Run? run = null;
        _starting = await AttemptAsync(async () => run = await Runs.SubmitAsync(User, ProjectId, _form.ToRequest()));
        if (!_starting)
            return;
        Drafts.Forget(User, ProjectId);
        Navigation.NavigateTo(
            run!.Submission.ExperimentId is { } experiment ? AppRoutes.Experiment(ProjectId, experiment) : AppRoutes.Run(ProjectId, run.Id)
        );
    }
}

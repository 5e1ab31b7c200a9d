using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Previews;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>Asks for a run. All choices and fields come from the worker's catalogue.</summary>
public sealed partial class NewRunPage
{
    private IReadOnlyList<Dataset> _datasets = [];
    private IReadOnlyList<Dataset> _allDatasets = [];
    private Catalogue? _catalogue;
    private NewRunForm? _form;
    private IReadOnlyList<string> _gone = [];
    private IReadOnlyList<string> _absent = [];
    private string? _failure;
    private bool _advanced;
    private bool _starting;

    /// <summary>A run whose settings are taken over.</summary>
    [SupplyParameterFromQuery(Name = "from")]
    private string? FromRun { get; set; }

    /// <summary>A run whose model is the start.</summary>
    [SupplyParameterFromQuery(Name = "start")]
    private string? StartRun { get; set; }

    [SupplyParameterFromQuery(Name = "dataset")]
    private string? DatasetId { get; set; }

    /// <summary>The network to choose, with <see cref="WeightsId"/>.</summary>
    [SupplyParameterFromQuery(Name = "backbone")]
    private string? BackboneName { get; set; }

    /// <summary>Another method than that of <see cref="FromRun"/>.</summary>
    [SupplyParameterFromQuery(Name = "method")]
    private string? MethodName { get; set; }

    /// <summary>Another number of epochs than that of <see cref="FromRun"/>.</summary>
    [SupplyParameterFromQuery(Name = ParameterNames.Epochs)]
    private int? Epochs { get; set; }

    /// <summary>Folds of a cross-validation.</summary>
    [SupplyParameterFromQuery(Name = "folds")]
    private int? Folds { get; set; }

    [SupplyParameterFromQuery(Name = "weights")]
    private string? WeightsId { get; set; }

    /// <summary>A part of the data set that is the source, with <see cref="TargetTag"/> for the target: both as NAME=VALUE.</summary>
    [SupplyParameterFromQuery(Name = "source")]
    private string? SourceTag { get; set; }

    [SupplyParameterFromQuery(Name = "target")]
    private string? TargetTag { get; set; }

    /// <summary>A label set to learn beside the classes.</summary>
    [SupplyParameterFromQuery(Name = "labels")]
    private string? LabelSet { get; set; }

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
    private CatalogueProvider Catalogues { get; set; } = null!;

    /// <summary>In a cross-validation, each image validates once, also those that an earlier run of the lineage has learned from.</summary>
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
                $"{Format.Count(d.Latest.Of(Split.Train), "image")} to train, {Format.Count(d.Latest.Classes.Count, "class", "classes")}"
            )),
        ];

    private async Task LoadCatalogueAsync()
    {
        try
        {
            _failure = null;
            _catalogue = await Catalogues.GetAsync();
            _form = new NewRunForm(
                _catalogue,
                Library.List(User),
                Runs.Models(User),
                _datasets.FirstOrDefault(d => d.Id == DatasetId) ?? _datasets[0],
                new DomainForm(_allDatasets, d => Datasets.TagsOf(d, d.Latest.Number))
            );
            _form.InputErrors.Changed += StateHasChanged;
            // Nothing can be learned from images without labels; they are where the model shall work.
            if (_allDatasets.FirstOrDefault(d => d.Id == DatasetId) is { Latest.HasLabels: false } unlabelled)
                _form.Domains.AdaptTo(unlabelled);
            if (
                SourceTag is not null
                && TargetTag is not null
                && SampleTag.Parse(SourceTag) is { } source
                && SampleTag.Parse(TargetTag) is { } target
            )
                _form.Domains.Use(source, target);
            if (BackboneName is not null)
                _form.StartWith(BackboneName, WeightsId);
            if (LabelSet is not null)
                _form.LearnBeside(LabelSet);
            if (StartRun is not null)
                _form.TrainOnFrom(StartRun);
            _absent = [.. AbsentOf(_form)];
            if (FromRun is not null)
            {
                _gone = _form.TakeOver(Runs.Get(User, ProjectId, FromRun), _datasets);
                _advanced = true;
            }

            _form.Change(MethodName, Epochs, Folds);

            Advise(follows: true);
        }
        catch (NotFoundException)
        {
            _absent = [.. _absent, "run to repeat"];
        }
        catch (Exception e)
            when (e is RefusedException or FileNotFoundException or DiskFullException or System.ComponentModel.Win32Exception)
        {
            _failure = e.Message;
        }
    }

    /// <summary>What the address of the page names and the form could not choose, such as after a deletion.</summary>
    private IEnumerable<string> AbsentOf(NewRunForm form)
    {
        if (DatasetId is not null && _allDatasets.All(d => d.Id != DatasetId))
            yield return "data set";
        if (BackboneName is not null && form.Backbone.Name != BackboneName)
            yield return "network";
        else if (BackboneName is not null && WeightsId is not null && form.Weights?.Id != WeightsId)
            yield return "weights";
        if (StartRun is not null && form.Parent?.Id != StartRun)
            yield return "model to start from";
    }

    /// <summary>Changes what the advice depends on: images or domains.</summary>
    private void Change(Action<NewRunForm> change)
    {
        change(_form!);
        Advise(follows: true);
    }

    private void Advise(bool follows) => _form!.Advise(Probes.Find(User, ProjectId, _form), follows);

    private Task<PreviewSheet> DrawPreviewAsync(int draw, CancellationToken cancel) =>
        Previews.DrawAsync(User, ProjectId, _form!.ToPreview(), draw, cancel);

    private async Task StartAsync()
    {
        // A second click may be on its way before the browser knows that the button is off.
        if (_form is null || _starting || _form.InputErrors.First is not null)
            return;
        _starting = true;
        Run? run = null;
        _starting = await AttemptAsync(async () => run = await Runs.SubmitAsync(User, ProjectId, _form.ToRequest()));
        if (_starting)
            Navigation.NavigateTo(AppRoutes.Run(ProjectId, run!.Id));
    }
}

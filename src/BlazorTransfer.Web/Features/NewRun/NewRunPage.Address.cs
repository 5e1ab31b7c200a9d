using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.NewRun;

public sealed partial class NewRunPage
{
    // What the address of the page names, and what becomes of it in the form.

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

    /// <summary>Whether the address names more than the data set: such a link goes before a draft.</summary>
    private bool IsFromLink =>
        new[] { FromRun, StartRun, BackboneName, SourceTag, LabelSet }.Any(value => value is not null)
        || _allDatasets.Any(d => d.Id == DatasetId && !d.Latest.HasLabels);

    /// <summary>Things named in the address that do not exist, for example because they were deleted.</summary>
    private IEnumerable<RunPart> AbsentOf(NewRunForm form)
    {
        if (DatasetId is not null && _allDatasets.All(d => d.Id != DatasetId))
            yield return RunPart.Dataset;
        if (BackboneName is not null && form.Backbone.Name != BackboneName)
            yield return RunPart.Network;
        else if (BackboneName is not null && WeightsId is not null && form.Weights?.Id != WeightsId)
            yield return RunPart.Weights;
        if (StartRun is not null && form.Parent?.Id != StartRun)
            yield return RunPart.Start;
    }

    private void ChooseWhatTheAddressNames(NewRunForm form)
    {
        // Images without labels can only be the target of a domain adaptation.
        if (_allDatasets.FirstOrDefault(d => d.Id == DatasetId) is { Latest.HasLabels: false } unlabelled)
            form.Domains.AdaptTo(unlabelled);
        if (
            SourceTag is not null
            && TargetTag is not null
            && SampleTag.Parse(SourceTag) is { } source
            && SampleTag.Parse(TargetTag) is { } target
        )
            form.Domains.Use(source, target);
        if (BackboneName is not null)
            form.StartWith(BackboneName, WeightsId);
        if (LabelSet is not null)
            form.LearnBeside(LabelSet);
        if (StartRun is not null)
            form.TrainOnFrom(StartRun);
    }
}

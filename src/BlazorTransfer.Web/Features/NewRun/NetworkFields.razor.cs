using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Runs;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>The network of a run, and the weights or the model that it starts from.</summary>
public sealed partial class NetworkFields
{
    private const int FewModels = 4;
    private static readonly object Random = new();
    private string? _search;
    private bool _allBackbones;
    private bool _allModels;

    [CascadingParameter]
    private NewRunForm Form { get; set; } = null!;

    [CascadingParameter]
    private Catalogue Catalogue { get; set; } = null!;

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    /// <summary>Another network or start was chosen.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    private IReadOnlyList<Choice<BackboneSpec>> Backbones =>
        [
            .. Form.Offered(_search, _allBackbones)
                .Select(b => new Choice<BackboneSpec>(b, b.DisplayName, T["NetworkSize", b.Parameters / 1e6, 2 * b.GigaMacs])
                {
                    Note = Form.HasStart(b) ? null : T["NeedsWeightsNote", Format.Bytes(b.WeightBytes)].Value,
                }),
        ];

    [Inject]
    private WeightsLibrary Library { get; set; } = null!;

    /// <summary>Weights, a run with its model, or <see cref="Random"/>; null where nothing is chosen.</summary>
    private object? Start => (object?)Form.Weights ?? Form.Parent ?? (Form.NeedsWeights ? null : Random);

    private IReadOnlyList<Choice<object>> Starts =>
        [
            .. Form.FittingWeights.Select(w => new Choice<object>(w, w.Name, T["Pretrained", w.Sha256[..8]])),
            .. Form.FittingModels.Take(_allModels ? int.MaxValue : FewModels).Select(m => new Choice<object>(m, TitleOf(m), HintOf(m))),
            new(Random, T["Random"], T["NothingTransferred"]),
        ];

    private string TitleOf(Run model) => T["NamedRun", model.Submission.Number, model.Name];

    private string HintOf(Run model) =>
        T[
            model.Submission.ProjectId == ProjectId ? "StartHint" : "StartHintElsewhere",
            Format.Percent(model.Top1),
            model.TargetTop1 is null ? model.Submission.DatasetName : model.Submission.TargetName ?? ""
        ];

    private Task StartFromAsync(object? start) =>
        ChangeAsync(() =>
        {
            if (start is Run model)
                Form.StartFrom(model);
            else
                Form.StartFrom(start as BackboneWeights);
        });

    private async Task ChangeAsync(Action change)
    {
        change();
        await Changed.InvokeAsync();
    }
}

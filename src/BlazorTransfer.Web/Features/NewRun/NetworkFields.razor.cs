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
                .Select(b => new Choice<BackboneSpec>(
                    b,
                    b.DisplayName,
                    $"{b.Parameters / 1e6:F1} M parameters, {2 * b.GigaMacs:0.##} GFLOPs"
                )
                {
                    Note = Form.HasStart(b) ? null : $"Weights needed, {Format.Bytes(b.WeightBytes)}",
                }),
        ];

    [Inject]
    private WeightsLibrary Library { get; set; } = null!;

    /// <summary>Weights, a run with its model, or <see cref="Random"/>; null where nothing is chosen.</summary>
    private object? Start => (object?)Form.Weights ?? Form.Parent ?? (Form.NeedsWeights ? null : Random);

    private IReadOnlyList<Choice<object>> Starts =>
        [
            .. Form.FittingWeights.Select(w => new Choice<object>(w, w.Name, $"pretrained, {w.Sha256[..8]}")),
            .. Form.FittingModels.Take(_allModels ? int.MaxValue : FewModels).Select(m => new Choice<object>(m, TitleOf(m), HintOf(m))),
            new(Random, "Random weights", "nothing is transferred"),
        ];

    private static string TitleOf(Run model) => $"Run #{model.Submission.Number} {model.Name}";

    private string HintOf(Run model) =>
        $"{Format.Percent(model.Top1)} on {(model.TargetTop1 is null ? model.Submission.DatasetName : model.Submission.TargetName)}"
        + (model.Submission.ProjectId == ProjectId ? "" : ", another project");

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

using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.Datasets;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>Source and target of a run.</summary>
public sealed partial class DomainFields
{
    [Parameter, EditorRequired]
    public DomainForm Domains { get; set; } = null!;

    /// <summary>The labelled images.</summary>
    [Parameter, EditorRequired]
    public Dataset Source { get; set; } = null!;

    /// <summary>What adapts: most methods see no label of the target, and some a few.</summary>
    [Parameter, EditorRequired]
    public TransferMethodSpec Method { get; set; } = null!;

    /// <summary>Something was chosen.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    /// <summary>What becomes of the target's labels, in sentences.</summary>
    private string LabelNote
    {
        get
        {
            string seen = Method.UsesTargetLabels
                ? $"{Method.DisplayName} learns from {Format.Count(Domains.LabelledPerClass, "labelled image")} of each class of "
                    + $"the target, which the seed draws{(Domains.Transductive ? "" : " from its training images")}, and sees no "
                    + "other label."
                : "Whatever labels the target has, no method sees them.";
            string scored = (Domains.HasLabels, Domains.Transductive) switch
            {
                (false, _) => "These images have none, so that nobody will know how well it works there: label a few, and import them "
                    + "with a test folder.",
                (true, true) => Method.UsesTargetLabels
                    ? "All other labelled images of the target score the result."
                    : "All labelled images of the target score the result.",
                (true, false) => "Its validation and test images score the result; the others are adapted to.",
            };
            return $"{seen} {scored}";
        }
    }

    private static string Bool(bool value) => value ? "true" : "false";

    private async Task SetAsync(Action change)
    {
        change();
        await Changed.InvokeAsync();
    }
}

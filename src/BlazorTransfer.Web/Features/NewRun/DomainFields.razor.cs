using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Datasets;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>Source and target of a run.</summary>
public sealed partial class DomainFields
{
    private static readonly Choice<bool>[] Places =
    [
        new(false, "Same domain", "The usual case: images like the labelled ones."),
        new(true, "A different domain", "Another line, camera, light or year, with unlabelled images: domain adaptation."),
    ];

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
                ? $"{Method.DisplayName} learns from {Format.Count(Domains.LabelledPerClass, "labelled target image")} per class, drawn "
                    + $"at random{(Domains.Transductive ? "" : " from its training images")}. "
                    + "Other target labels are used for scoring only."
                : "Target labels are used for scoring only.";
            string scored = (Domains.HasLabels, Domains.Transductive) switch
            {
                (false, _) => "These images have no labels, so accuracy on them cannot be measured. To measure it, label some of them and "
                    + "import them in a test folder.",
                (true, true) => Method.UsesTargetLabels
                    ? "All other labelled images of the target score the result."
                    : "All labelled images of the target score the result.",
                (true, false) => "The target's validation and test images score the result. Its training images are used for adaptation.",
            };
            return $"{seen} {scored}";
        }
    }

    private IReadOnlyList<Choice<Dataset>> Targets => [.. Domains.Targets.Select(d => new Choice<Dataset>(d, d.Name, TargetHint(d)))];

    private string TargetHint(Dataset dataset) =>
        Format.Count(dataset.Latest.Images, "image")
        + (dataset.Latest.Classes.Count == 0 ? ", no labels" : "")
        + (dataset.Id == Source.Id ? ", the same data set" : "");

    private IReadOnlyList<Choice<SampleTag>> Parts(IReadOnlyList<SampleTag> tags, Dataset dataset) =>
        [
            new(null, "All of them", Format.Count(dataset.Latest.Images, "image")),
            .. tags.Select(t => new Choice<SampleTag>(t, $"{t.Name}: {t.Value}", Format.Count(Domains.ImagesOf(t, dataset), "image"))),
        ];

    private async Task SetAsync(Action change)
    {
        change();
        await Changed.InvokeAsync();
    }
}

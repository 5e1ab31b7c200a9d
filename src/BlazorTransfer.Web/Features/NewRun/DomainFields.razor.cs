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

    private IReadOnlyList<Choice<bool>> Places =>
        [new(false, T["SameDomain"], T["SameDomainHelp"]), new(true, T["BetweenDomains"], T["BetweenDomainsHelp"])];

    /// <summary>What becomes of the target's labels, in sentences.</summary>
    private string LabelNote
    {
        get
        {
            string seen = Method.UsesTargetLabels
                ? T[Domains.Transductive ? "LabelNote.LearnedAny" : "LabelNote.Learned", Method.DisplayName, Domains.LabelledPerClass]
                : T["LabelNote.Scored"];
            string scored = (Domains.HasLabels, Domains.Transductive) switch
            {
                (false, _) => T["LabelNote.NoLabels"],
                (true, true) => T[Method.UsesTargetLabels ? "LabelNote.AllOther" : "LabelNote.All"],
                (true, false) => T["LabelNote.Split"],
            };
            return $"{seen} {scored}";
        }
    }

    private IReadOnlyList<Choice<Dataset>> Targets => [.. Domains.Targets.Select(d => new Choice<Dataset>(d, d.Name, TargetHint(d)))];

    private string TargetHint(Dataset dataset)
    {
        string images = Counted.Images(dataset.Latest.Images);
        if (dataset.Latest.Classes.Count == 0)
            images = T["WithoutLabels", images];
        return dataset.Id == Source.Id ? T["SameSet", images] : images;
    }

    private IReadOnlyList<Choice<SampleTag>> Parts(IReadOnlyList<SampleTag> tags, Dataset dataset) =>
        [
            new(null, T["AllImages"], Counted.Images(dataset.Latest.Images)),
            .. tags.Select(t => new Choice<SampleTag>(t, TagCount.Shown(t), Counted.Images(Domains.ImagesOf(t, dataset)))),
        ];

    private async Task SetAsync(Action change)
    {
        change();
        await Changed.InvokeAsync();
    }
}

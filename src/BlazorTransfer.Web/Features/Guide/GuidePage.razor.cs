using BlazorTransfer.Web.Components;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Guide;

/// <summary>A page of the guide, with the list of all pages and an experiment to try.</summary>
public sealed partial class GuidePage
{
    private GuideDocument _page = null!;

    /// <summary>One of <see cref="GuideTopics"/>.</summary>
    [Parameter]
    public string Topic { get; set; } = "";

    protected override void OnParametersSet() => _page = GuideLibrary.Get(Topic);

    private string? Neighbour(int offset) => GuideTopics.All.ElementAtOrDefault(GuideTopics.All.ToList().IndexOf(Topic) + offset);
}

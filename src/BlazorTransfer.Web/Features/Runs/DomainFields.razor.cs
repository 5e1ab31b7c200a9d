using BlazorTransfer.Web.Features.Datasets;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Source and target of a run.</summary>
public sealed partial class DomainFields
{
    [Parameter, EditorRequired]
    public DomainForm Domains { get; set; } = null!;

    /// <summary>The labelled images.</summary>
    [Parameter, EditorRequired]
    public Dataset Source { get; set; } = null!;

    /// <summary>Something was chosen.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    private static string Bool(bool value) => value ? "true" : "false";

    private async Task SetAsync(Action change)
    {
        change();
        await Changed.InvokeAsync();
    }
}

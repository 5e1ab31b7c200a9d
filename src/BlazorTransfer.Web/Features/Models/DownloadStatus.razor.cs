using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Models;

/// <summary>A download of weights: its progress, or why it failed.</summary>
public sealed partial class DownloadStatus
{
    [Parameter, EditorRequired]
    public DownloadState Download { get; set; } = null!;

    /// <summary>What to do after a failure.</summary>
    [Parameter]
    public RenderFragment? ErrorAction { get; set; }

    /// <summary>It is to be stopped, or a failed one is to be taken off.</summary>
    [Parameter]
    public EventCallback OnCancel { get; set; }
}

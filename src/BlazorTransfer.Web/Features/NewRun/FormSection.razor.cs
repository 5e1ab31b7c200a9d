using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>A part of the expert form, which can be closed.</summary>
public sealed partial class FormSection
{
    private bool _isOpen;
    private ElementReference _summary;

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    /// <summary>The choices in it in a few words, for the closed section.</summary>
    [Parameter]
    public string? Detail { get; set; }

    /// <summary>Whether it is open at first.</summary>
    [Parameter]
    public bool StartsOpen { get; set; }

    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    /// <summary>Opens it and takes the reader there.</summary>
    public async Task ShowAsync()
    {
        _isOpen = true;
        StateHasChanged();
        await _summary.FocusAsync();
    }

    protected override void OnInitialized() => _isOpen = StartsOpen;
}

using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Previews;
using Microsoft.AspNetCore.Components;
using ParameterValue = BlazorTransfer.Core.Catalog.ParameterValue;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>How training images are changed, with a preview.</summary>
public sealed partial class AugmentationFields
{
    [CascadingParameter]
    private NewRunForm Form { get; set; } = null!;

    /// <summary>Whether the further changes are shown at first.</summary>
    [Parameter]
    public bool IsOpen { get; set; }

    /// <summary>A setting was changed.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    /// <summary>Draws the preview: number of the draw, cancellation.</summary>
    [Parameter, EditorRequired]
    public Func<int, CancellationToken, Task<PreviewSheet>> Draw { get; set; } = null!;

    private Task SetAsync(ParameterSpec spec, ParameterValue value)
    {
        Form.Set(spec, value);
        return Changed.InvokeAsync();
    }
}

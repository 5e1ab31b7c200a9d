using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>What an upload will become, before anything is stored: its layout, which can be changed, its classes and its first
/// images.</summary>
public sealed partial class ImportPreviewCard
{
    private const int MostClasses = 12;
    private static readonly double[] OfferedMargins = [0, 0.1, 0.25, 0.5];
    private bool _busy;

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    [Parameter, EditorRequired]
    public PendingUpload Upload { get; set; } = null!;

    /// <summary>The user wants the upload read in another way.</summary>
    [Parameter]
    public EventCallback<ImportOptions> OnChanged { get; set; }

    [Parameter]
    public EventCallback OnConfirm { get; set; }

    [Parameter]
    public EventCallback OnDiscard { get; set; }

    private ImportPreview Preview => Upload.Preview!;

    private bool IsCrops => Preview.Options is { Boxes: BoxUse.Crops } && Preview.Options.Layout.HasBoxes();

    private IReadOnlyList<Choice<BoxUse>> Boxes =>
        [.. Enum.GetValues<BoxUse>().Select(use => new Choice<BoxUse>(use, T[$"Boxes.{use}"], T[$"Boxes.{use}.Hint"]))];

    private static IReadOnlyList<Choice<double>> Margins => [.. OfferedMargins.Select(m => new Choice<double>(m, m.ToString("P0")))];

    private IReadOnlyList<Choice<bool>> Frames => [new(false, T["Frames.First"]), new(true, T["Frames.Skip"])];

    private async Task ChangeAsync(ImportOptions options)
    {
        if (_busy || options == Preview.Options)
            return;
        _busy = true;
        try
        {
            await OnChanged.InvokeAsync(options);
        }
        finally
        {
            _busy = false;
        }
    }
}

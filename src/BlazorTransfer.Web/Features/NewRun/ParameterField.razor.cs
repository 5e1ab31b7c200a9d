using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Localization;
using Microsoft.AspNetCore.Components;
using ParameterValue = BlazorTransfer.Core.Catalog.ParameterValue;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>A field for one hyper-parameter, drawn from its specification. A value out of range is told at once and also sent, so that the
/// server refuses it too.</summary>
public sealed partial class ParameterField
{
    private const MudBlazor.InputMode NumberKeys = MudBlazor.InputMode.@decimal;
    private string _typed = "";
    private ParameterValue? _known;
    private string? _error;

    [Parameter, EditorRequired]
    public ParameterSpec Spec { get; set; } = null!;

    [Parameter, EditorRequired]
    public ParameterValue Value { get; set; }

    [Parameter]
    public EventCallback<ParameterValue> ValueChanged { get; set; }

    private string Label =>
        Spec.Unit is null || string.Equals(Spec.Unit, Spec.DisplayName, StringComparison.OrdinalIgnoreCase)
            ? Spec.DisplayName
            : $"{Spec.DisplayName} ({Spec.Unit})";

    /// <summary>A value that does not come from here replaces what was typed.</summary>
    protected override void OnParametersSet()
    {
        if (Value == _known)
            return;
        (_known, _typed, _error) = (Value, Value.ToString(), null);
    }

    private async Task TypedAsync(string? typed)
    {
        _typed = typed ?? "";
        // What is no number goes on as a text, which no number's check accepts.
        ParameterValue value = ParameterValue.Parse(_typed, Spec.Kind) ?? _typed;
        _error = EngineTexts.Of(Spec.Check(value));
        _known = value;
        await ValueChanged.InvokeAsync(value);
    }
}

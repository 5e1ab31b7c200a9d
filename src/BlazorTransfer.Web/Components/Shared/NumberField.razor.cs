using System.Globalization;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;
using BlazorTransfer.Web.Localization;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Components.Shared;

/// <summary>
/// A text field for a number. Text that is no number, or one out of range, is shown as an error, reported to the form's
/// <see cref="InputErrors"/> and not passed on. MudBlazor's own numeric field reads <c>0,05</c> as 5.
/// </summary>
public sealed partial class NumberField : IDisposable
{
    private const MudBlazor.InputMode NumberKeys = MudBlazor.InputMode.@decimal;
    private string _typed = "";
    private string? _error;
    private double? _known;

    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    [Parameter]
    public string? HelperText { get; set; }

    [Parameter, EditorRequired]
    public double Value { get; set; }

    [Parameter]
    public EventCallback<double> ValueChanged { get; set; }

    /// <summary>Whether only whole numbers are allowed.</summary>
    [Parameter]
    public bool Whole { get; set; }

    /// <summary>Smallest allowed value, inclusive.</summary>
    [Parameter]
    public double Minimum { get; set; } = double.NegativeInfinity;

    /// <summary>Largest allowed value, inclusive.</summary>
    [Parameter]
    public double Maximum { get; set; } = double.PositiveInfinity;

    [CascadingParameter]
    private InputErrors? Errors { get; set; }

    public void Dispose() => Errors?.Report(this, null);

    /// <summary>A value that does not come from here replaces what was typed.</summary>
    protected override void OnParametersSet()
    {
        if (Value == _known)
            return;
        (_known, _typed) = (Value, Value.ToString(CultureInfo.InvariantCulture));
        Show(null);
    }

    private async Task TypedAsync(string? typed)
    {
        _typed = typed ?? "";
        Show(Check(_typed, out double number) is { } error ? Texts<SharedTexts>.Get("Valued", Label, error) : null);
        if (_error is not null)
            return;
        _known = number;
        await ValueChanged.InvokeAsync(number);
    }

    private string? Check(string typed, out double number)
    {
        Message? error;
        if (!Whole)
            NumberText.TryParse(typed, out number, out error);
        else
        {
            NumberText.TryParseInteger(typed, out int whole, out error);
            number = whole;
        }

        return EngineTexts.Of(error)
            ?? (
                number < Minimum ? Texts<SharedTexts>.Get("Smallest", Minimum.ToString(CultureInfo.InvariantCulture))
                : number > Maximum ? Texts<SharedTexts>.Get("Largest", Maximum.ToString(CultureInfo.InvariantCulture))
                : null
            );
    }

    private void Show(string? error)
    {
        _error = error;
        Errors?.Report(this, error);
    }
}

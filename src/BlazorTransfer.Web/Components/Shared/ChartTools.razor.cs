using System.Globalization;
using BlazorTransfer.Core.Text;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Components.Shared;

/// <summary>Buttons of a <see cref="LineChart"/>: zoom, smoothing, scale and downloads. The browser does the work.</summary>
public sealed partial class ChartTools
{
    private double _smoothing;
    private bool _isLogarithmic;

    /// <summary>Of the chart; files are named after it.</summary>
    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    /// <summary>Whether a part of the x axis can be chosen.</summary>
    [Parameter]
    public bool HasZoom { get; set; }

    /// <summary>Whether the y axis can be logarithmic.</summary>
    [Parameter]
    public bool HasLogScale { get; set; }

    /// <summary>Calls a function of the chart's script.</summary>
    [Parameter, EditorRequired]
    public Func<string, object?[], Task> Call { get; set; } = null!;

    private static string NumberOf(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private async Task SmoothAsync(ChangeEventArgs change)
    {
        if (!NumberText.TryParse((string)change.Value!, out double amount, out _))
            return;
        _smoothing = amount;
        await Call("smooth", [amount]);
    }

    private async Task ToggleLogScaleAsync()
    {
        _isLogarithmic = !_isLogarithmic;
        await Call("setLogScale", [_isLogarithmic]);
    }
}

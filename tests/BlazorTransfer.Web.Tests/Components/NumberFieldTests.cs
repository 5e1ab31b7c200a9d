using BlazorTransfer.Web.Components.Shared;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace BlazorTransfer.Web.Tests.Components;

public sealed class NumberFieldTests : BunitContext
{
    private readonly InputErrors _errors = new();
    private double _passed = 1;

    public NumberFieldTests()
    {
        Services.AddMudServices();
        Services.AddLocalization();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Theory]
    [InlineData("0,05", "Weight: '0,05' is not a number. Write it with a point: 0.05.")]
    [InlineData("1,000", "Weight: '1,000' is not a number. Write 1000, or 1.000 if the comma is a decimal point.")]
    [InlineData("", "Weight: '' is not a number.")]
    [InlineData("0.001", "Weight: the smallest value is 0.01.")]
    [InlineData("101", "Weight: the largest value is 100.")]
    public void Typed_WithTextThatIsNoAllowedNumber_IsReportedAndNotPassedOn(string typed, string error)
    {
        IRenderedComponent<NumberField> field = Show(whole: false);

        field.Find("input").Input(typed);

        Assert.Equal((1, error), (_passed, _errors.First));
        Assert.Contains(error, field.Find(".mud-input-control").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.05", false, 0.05)]
    [InlineData("1e1", true, 10)]
    public void Typed_WithANumberAfterAnError_IsPassedOnAndTheErrorIsGone(string typed, bool whole, double expected)
    {
        IRenderedComponent<NumberField> field = Show(whole);
        field.Find("input").Input("0,05");

        field.Find("input").Input(typed);

        Assert.Equal((expected, null), (_passed, _errors.First));
    }

    [Fact]
    public void Typed_WithAFraction_IsNoWholeNumber()
    {
        Show(whole: true).Find("input").Input("2.5");

        Assert.Equal((1, "Weight: '2.5' is not a whole number."), (_passed, _errors.First));
    }

    [Fact]
    public async Task Removed_WithAnError_HoldsUpTheFormNoLonger()
    {
        Show(whole: false).Find("input").Input("0,05");

        await DisposeComponentsAsync();

        Assert.Null(_errors.First);
    }

    private IRenderedComponent<NumberField> Show(bool whole) =>
        Render<CascadingValue<InputErrors>>(p =>
                p.Add(c => c.Value, _errors)
                    .AddChildContent<NumberField>(f =>
                        f.Add(c => c.Label, "Weight")
                            .Add(c => c.Value, 1)
                            .Add(c => c.Whole, whole)
                            .Add(c => c.Minimum, 0.01)
                            .Add(c => c.Maximum, 100)
                            .Add(c => c.ValueChanged, v => _passed = v)
                    )
            )
            .FindComponent<NumberField>();
}

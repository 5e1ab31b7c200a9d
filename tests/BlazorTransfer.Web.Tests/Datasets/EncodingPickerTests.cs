using AngleSharp.Dom;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Features.Datasets;
using Bunit;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Datasets;

/// <summary>The question for the encoding of an upload's text.</summary>
public sealed class EncodingPickerTests : BunitContext
{
    private static readonly byte[] GbkDog = [0xB9, 0xB7];
    private TextEncoding? _chosen;

    public EncodingPickerTests()
    {
        Services.AddLocalization();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void Picker_AtFirst_ChoosesNoneAndOffersEachReadingAsOneTabStop()
    {
        IRenderedComponent<EncodingPicker> picker = RenderPicker();

        IReadOnlyList<IElement> options = picker.FindAll("[role=radio]");
        Assert.True(options.Count > 1);
        Assert.Contains("\u72D7", options[0].TextContent, StringComparison.Ordinal);
        Assert.All(options, o => Assert.Equal("false", o.GetAttribute("aria-checked")));
        Assert.Single(options, o => o.GetAttribute("tabindex") == "0");
        Assert.True(ImportButton(picker).HasAttribute("disabled"));
    }

    [Fact]
    public void ArrowKeys_ChooseAReading_AndTheButtonReturnsIt()
    {
        IRenderedComponent<EncodingPicker> picker = RenderPicker();

        picker.Find("[role=radiogroup]").KeyDown("End");
        picker.Find("[role=radiogroup]").KeyDown("ArrowRight");
        ImportButton(picker).Click();

        Assert.Equal("true", picker.FindAll("[role=radio]")[0].GetAttribute("aria-checked"));
        Assert.Equal("gb18030", _chosen?.Name);
    }

    private static IElement ImportButton(IRenderedComponent<EncodingPicker> picker) =>
        picker.FindAll("button").Single(b => b.TextContent.Trim() == "Import images");

    private IRenderedComponent<EncodingPicker> RenderPicker() =>
        Render<EncodingPicker>(p =>
            p.Add(c => c.Name, "animals")
                .Add(
                    c => c.Question,
                    UnknownEncodingException.For(
                        "A name",
                        isTable: false,
                        [
                            [.. GbkDog, .. "/1.bmp"u8],
                        ]
                    )
                )
                .Add(c => c.OnChosen, encoding => _chosen = encoding)
        );
}

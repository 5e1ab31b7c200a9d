using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Localization;
using Bunit;
using MudBlazor;

namespace BlazorTransfer.Web.Tests.Localization;

/// <summary>Texts that neither a page nor the engine's messages bring: labels of MudBlazor, and devices as the worker describes
/// them.</summary>
public sealed class MudTextsTests : PageTests
{
    [Theory]
    [InlineData("zh-CN", "清除")]
    [InlineData("en", "Clear")]
    public void Field_ThatCanBeCleared_SaysSoInTheLanguage(string language, string expected)
    {
        Languages.Use(Languages.Find(language)!);

        IRenderedComponent<MudTextField<string>> field = Render<MudTextField<string>>(p =>
            p.Add(f => f.Clearable, true).Add(f => f.Value, "text")
        );

        Assert.Equal(expected, field.Find("button").GetAttribute("aria-label"));
    }

    [Theory]
    [InlineData("zh-CN", "CPU, 8 threads", "CPU，8 线程")]
    [InlineData("zh-CN", DeviceSpec.Auto, "自动")]
    [InlineData("zh-CN", "NVIDIA GPU", "NVIDIA GPU")]
    [InlineData("en", "CPU, 8 threads", "CPU, 8 threads")]
    [InlineData("en", DeviceSpec.Auto, "Automatic")]
    public void Device_IsInTheLanguage(string language, string description, string expected)
    {
        Languages.Use(Languages.Find(language)!);

        Assert.Equal(expected, Format.Device(description));
    }
}

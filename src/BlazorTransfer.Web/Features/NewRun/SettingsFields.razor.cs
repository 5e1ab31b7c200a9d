using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Components;
using Microsoft.AspNetCore.Components;
using ParameterValue = BlazorTransfer.Core.Catalog.ParameterValue;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>The settings of a run, with the finders of a learning rate and a batch size.</summary>
public sealed partial class SettingsFields
{
    [CascadingParameter]
    private NewRunForm Form { get; set; } = null!;

    [CascadingParameter]
    private Catalogue Catalogue { get; set; } = null!;

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    [Parameter]
    public bool MayEdit { get; set; }

    /// <summary>Whether the advanced settings are shown at first.</summary>
    [Parameter]
    public bool IsOpen { get; set; }

    /// <summary>A setting was changed.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    private string? DeviceHelp => Catalogue.FindDevice(Form.Device) is { ComputesBFloat16: true } ? T["DeviceBFloat16"].Value : null;

    private string? DeviceText(string? name) =>
        name == DeviceSpec.Auto ? T["Automatic", Format.Device(Catalogue.Devices[0].Description)]
        : Catalogue.FindDevice(name ?? "") is { } device ? T["DeviceOf", device.Name, Format.Device(device.Description)]
        : name;

    private Task SetAsync(ParameterSpec spec, ParameterValue value)
    {
        Form.Set(spec, value);
        return Changed.InvokeAsync();
    }

    private Task SetSeedAsync(double seed)
    {
        Form.Seed = (int)seed;
        return Changed.InvokeAsync();
    }

    private Task UseAsync(IReadOnlyDictionary<string, ParameterValue> values)
    {
        Form.Use(values);
        return Changed.InvokeAsync();
    }
}

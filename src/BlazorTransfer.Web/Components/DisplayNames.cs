using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Components;

/// <summary>What people call networks, methods and settings, by their names in the worker's catalogue.</summary>
internal sealed class DisplayNames
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ParameterSpec> _settings = new(StringComparer.Ordinal);

    private DisplayNames() { }

    /// <summary>Before the catalogue is there: everything keeps its internal name.</summary>
    public static DisplayNames None { get; } = new();

    public static DisplayNames From(Catalogue catalogue)
    {
        var names = new DisplayNames();
        foreach (ParameterSpec spec in catalogue.Methods.SelectMany(catalogue.ParametersOf))
        {
            // Methods share most settings; the choices of some differ.
            names._names.TryAdd(spec.Name, spec.DisplayName);
            names._settings.TryAdd(spec.Name, spec);
        }

        foreach (BackboneSpec backbone in catalogue.Backbones)
            names._names.TryAdd(backbone.Name, backbone.DisplayName);
        foreach (TransferMethodSpec method in catalogue.Methods)
            names._names.TryAdd(method.Name, method.DisplayName);
        return names;
    }

    /// <summary>The display name; the name itself where the catalogue has no such thing any more.</summary>
    public string Of(string name) => _names.GetValueOrDefault(name, name);

    /// <summary>A value as people read it: "on", the name of a choice, a number with its unit.</summary>
    public string Of(string setting, ParameterValue value)
    {
        ParameterSpec? spec = _settings.GetValueOrDefault(setting);
        return value switch
        {
            { AsBoolean: { } isOn } => EngineTexts.Of(isOn ? Message.Of("value.on", $"on") : Message.Of("value.off", $"off")),
            { AsText: { } text } => spec?.Choices.FirstOrDefault(c => c.Value == text)?.DisplayName ?? text,
            _ => spec?.Unit is { } unit ? $"{value} {unit}" : value.ToString(),
        };
    }
}

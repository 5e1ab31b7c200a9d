using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Catalog;

/// <summary>Names of the translations of the catalogue's texts. The English texts are in the catalogue itself.</summary>
public static class CatalogueKeys
{
    public static Message Name(TransferMethodSpec method) => Message.From(Name("method", method.Name), null, method.DisplayName);

    public static Message Summary(TransferMethodSpec method) => Message.From($"method.{method.Name}.summary", null, method.Summary);

    public static Message Advice(TransferMethodSpec method) => Message.From($"method.{method.Name}.advice", null, method.Advice);

    public static Message Name(ParameterSpec parameter) => Message.From(Name("parameter", parameter.Name), null, parameter.DisplayName);

    public static Message Help(ParameterSpec parameter) => Message.From($"parameter.{parameter.Name}.help", null, parameter.Help);

    public static Message Name(ParameterSpec parameter, ParameterChoice choice) =>
        Message.From(Name("choice", $"{parameter.Name}.{choice.Value}"), null, choice.DisplayName);

    /// <summary>Help of a choice; null where it has none.</summary>
    public static Message? Help(ParameterSpec parameter, ParameterChoice choice) =>
        choice.Help is null ? null : Message.From($"choice.{parameter.Name}.{choice.Value}.help", null, choice.Help);

    /// <summary>A unit, such as "epochs".</summary>
    public static Message Unit(string unit) => Message.From($"unit.{Slug(unit)}", null, unit);

    /// <summary>A heading of <see cref="MethodGroups"/> or <see cref="ParameterSections"/>.</summary>
    public static Message Heading(string heading) => Message.From($"heading.{Slug(heading)}", null, heading);

    /// <summary>A family of networks, such as "ResNet for small images".</summary>
    public static Message Family(string family) => Message.From($"family.{Slug(family)}", null, family);

    /// <summary>All texts of a catalogue that have translations.</summary>
    public static IEnumerable<Message> All(Catalogue catalogue) =>
        catalogue
            .Methods.SelectMany(m => new[] { Name(m), Summary(m), Advice(m), Heading(m.Group) })
            .Concat(catalogue.Methods.SelectMany(catalogue.ParametersOf).SelectMany(OfParameter))
            .Concat(catalogue.Backbones.Select(b => Family(b.Family)))
            .DistinctBy(t => (t.Code, t.English));

    private static IEnumerable<Message> OfParameter(ParameterSpec parameter) =>
        new[] { Name(parameter), Help(parameter), Heading(parameter.Section), parameter.Unit is { } unit ? Unit(unit) : null }
            .Concat(parameter.Choices.SelectMany(c => new[] { Name(parameter, c), Help(parameter, c) }))
            .OfType<Message>();

    private static string Name(string kind, string name) => $"{kind}.{name}.name";

    private static string Slug(string text) => text.ToLowerInvariant().Replace(' ', '-').Replace("×", "times", StringComparison.Ordinal);
}

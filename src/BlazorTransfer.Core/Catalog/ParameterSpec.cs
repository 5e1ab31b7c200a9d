using System.Text.Json.Serialization;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;

namespace BlazorTransfer.Core.Catalog;

/// <summary>What kind of control and check a parameter needs.</summary>
public enum ParameterKind
{
    Integer,
    Number,
    Boolean,
    Choice,
}

/// <summary>
/// One hyper-parameter: how it is named, shown, bounded and defaulted. A value is a JSON scalar
/// (integer, number, boolean, or the text of a choice).
/// </summary>
public sealed record ParameterSpec
{
    /// <summary>Name in <c>job.json</c> and, with two dashes before it, on the command line: lower case with dashes.</summary>
    public required string Name { get; init; }
    public required string DisplayName { get; init; }

    /// <summary>What it does and when to change it, in one or two sentences.</summary>
    public required string Help { get; init; }
    public required ParameterKind Kind { get; init; }
    public required ParameterValue Default { get; init; }

    /// <summary>Smallest allowed value of an integer or number, inclusive.</summary>
    public double? Minimum { get; init; }

    /// <summary>Largest allowed value of an integer or number, inclusive.</summary>
    public double? Maximum { get; init; }

    /// <summary>Unit shown behind the value, such as "epochs" or "images".</summary>
    public string? Unit { get; init; }

    /// <summary>Values are spread over orders of magnitude (learning rates), so a control steps by factors.</summary>
    public bool Logarithmic { get; init; }

    /// <summary>Shown only after "Advanced" is opened.</summary>
    public bool Advanced { get; init; }

    /// <summary>A search may try values; false for what changes how long or where a run trains, or what it is judged by.</summary>
    public bool Searchable { get; init; } = true;

    /// <summary>Heading that it stands under in the form, one of <see cref="ParameterSections"/>.</summary>
    public string Section { get; init; } = ParameterSections.Method;

    /// <summary>The only kind of labels that it has an effect on; null where that is any.</summary>
    public LabelKind? OnlyFor { get; init; }

    /// <summary>Allowed values of a <see cref="ParameterKind.Choice"/>.</summary>
    public IReadOnlyList<ParameterChoice> Choices { get; init; } = [];

    /// <summary>Its name as a value in a message.</summary>
    [JsonIgnore]
    public Message Title => CatalogueKeys.Name(this);

    /// <summary>Returns why <paramref name="value"/> is not allowed, or null where it is.</summary>
    public Message? Check(ParameterValue value) =>
        (Kind, value) switch
        {
            (ParameterKind.Integer, { AsNumber: { } n }) when n != Math.Floor(n) => Message.Of(
                "parameter.not-whole",
                $"{Title} must be a whole number."
            ),
            (ParameterKind.Integer or ParameterKind.Number, { AsNumber: { } n }) => CheckRange(n),
            (ParameterKind.Boolean, { AsBoolean: not null }) => null,
            (ParameterKind.Choice, { AsText: { } text }) when Choices.Any(c => c.Value == text) => null,
            (ParameterKind.Integer or ParameterKind.Number, { AsText: { } text })
                when !NumberText.TryParse(text, out _, out Message? error) => Message.Of("parameter.unreadable", $"{Title}: {error}"),
            (ParameterKind.Integer or ParameterKind.Number, _) => Message.Of("parameter.no-number", $"{Title} must be a number."),
            (ParameterKind.Boolean, _) => Message.Of("parameter.no-boolean", $"{Title} must be true or false."),
            (ParameterKind.Choice, _) => Message.Of(
                "parameter.no-choice",
                $"{Title} must be one of: {Choices.Select(c => c.Value).ToArray()}."
            ),
            _ => throw new InvalidOperationException($"Parameter kind {Kind} has no check."),
        };

    private Message? CheckRange(double number)
    {
        if (!double.IsFinite(number))
            return Message.Of("parameter.not-finite", $"{Title} must be a finite number.");
        double? least = Kind == ParameterKind.Integer ? Math.Max(Minimum ?? int.MinValue, int.MinValue) : Minimum,
            most = Kind == ParameterKind.Integer ? Math.Min(Maximum ?? int.MaxValue, int.MaxValue) : Maximum;
        if (number < least)
            return Message.Of("parameter.too-small", $"{Title} must be at least {least.Value}.");
        if (number > most)
            return Message.Of("parameter.too-large", $"{Title} must be at most {most.Value}.");
        return null;
    }
}

/// <summary>One allowed value of a choice.</summary>
public sealed record ParameterChoice(string Value, string DisplayName, string? Help = null);

/// <summary>The value of a hyper-parameter: exactly one of number, boolean or text. In JSON it is the bare scalar.</summary>
[JsonConverter(typeof(ParameterValueJsonConverter))]
public readonly record struct ParameterValue
{
    private ParameterValue(double? number, bool? boolean, string? text) => (AsNumber, AsBoolean, AsText) = (number, boolean, text);

    public double? AsNumber { get; }
    public bool? AsBoolean { get; }
    public string? AsText { get; }

    public static implicit operator ParameterValue(double number) => new(number, null, null);

    public static implicit operator ParameterValue(int number) => new(number, null, null);

    public static implicit operator ParameterValue(bool boolean) => new(null, boolean, null);

    public static implicit operator ParameterValue(string text) => new(null, null, text);

    /// <summary>Reads what a person typed, as <paramref name="kind"/> asks; null where it is no such value, and
    /// <see cref="ParameterSpec.Check"/> of the text says why.</summary>
    public static ParameterValue? Parse(string typed, ParameterKind kind) =>
        kind switch
        {
            ParameterKind.Integer or ParameterKind.Number => NumberText.TryParse(typed, out double number, out _) ? number : null,
            ParameterKind.Boolean => bool.TryParse(typed, out bool boolean) ? boolean : null,
            ParameterKind.Choice => typed,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };

    public override string ToString() =>
        AsNumber?.ToString(System.Globalization.CultureInfo.InvariantCulture)
        ?? (AsBoolean is { } b ? (b ? "true" : "false") : AsText ?? "");
}

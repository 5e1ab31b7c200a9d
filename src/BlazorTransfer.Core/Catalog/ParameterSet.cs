using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Catalog;

/// <summary>Chosen hyper-parameters, each checked against its specification; a missing one takes its default.</summary>
public sealed class ParameterSet
{
    private readonly Dictionary<string, ParameterValue> _values;

    private ParameterSet(Dictionary<string, ParameterValue> values) => _values = values;

    public IReadOnlyDictionary<string, ParameterValue> Values => _values;

    /// <summary>
    /// Completes <paramref name="chosen"/> with defaults. Returns the set and no errors, or every error at once:
    /// unknown names, wrong kinds and values out of range, each keyed by the parameter's name.
    /// </summary>
    public static (ParameterSet? Set, IReadOnlyDictionary<string, Message> Errors) Resolve(
        IReadOnlyList<ParameterSpec> specs,
        IReadOnlyDictionary<string, ParameterValue> chosen
    )
    {
        var errors = new SortedDictionary<string, Message>(StringComparer.Ordinal);
        foreach (string unknown in chosen.Keys.Where(name => specs.All(s => s.Name != name)))
            errors[unknown] = Message.Of("parameter.unknown", $"There is no parameter named '{unknown}' here.");
        var values = new Dictionary<string, ParameterValue>(StringComparer.Ordinal);
        foreach (ParameterSpec spec in specs)
        {
            ParameterValue value = chosen.TryGetValue(spec.Name, out ParameterValue given) ? given : spec.Default;
            if (spec.Check(value) is { } error)
                errors[spec.Name] = error;
            values[spec.Name] = value;
        }

        return errors.Count == 0 ? (new ParameterSet(values), errors) : (null, errors);
    }

    /// <summary>The same set with other values for some of its parameters.</summary>
    public ParameterSet With(params (string Name, ParameterValue Value)[] changes)
    {
        var values = new Dictionary<string, ParameterValue>(_values, StringComparer.Ordinal);
        foreach ((string name, ParameterValue value) in changes)
            values[name] = values.ContainsKey(name) ? value : throw new KeyNotFoundException($"There is no parameter '{name}' here.");
        return new ParameterSet(values);
    }

    /// <exception cref="KeyNotFoundException">No specification of that name was given.</exception>
    public int Integer(string name) => (int)Number(name);

    /// <inheritdoc cref="Integer"/>
    public double Number(string name) => _values[name].AsNumber ?? throw new InvalidOperationException($"'{name}' is no number.");

    /// <inheritdoc cref="Integer"/>
    public bool Boolean(string name) => _values[name].AsBoolean ?? throw new InvalidOperationException($"'{name}' is no boolean.");

    /// <inheritdoc cref="Integer"/>
    public string Choice(string name) => _values[name].AsText ?? throw new InvalidOperationException($"'{name}' is no choice.");
}

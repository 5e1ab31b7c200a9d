using BlazorTransfer.Core.Catalog;

namespace BlazorTransfer.Web.Features.NewRun;

internal sealed partial class NewRunForm
{
    // The settings of the method.
    private readonly Dictionary<string, Dictionary<string, ParameterValue>> _valuesByMethod = [];

    public IReadOnlyList<ParameterSpec> Specs =>
        [
            .. _catalogue
                .SettingsOf(Method)
                .Where(s => s.OnlyFor is not { } kind || kind == Dataset.Latest.Kind)
                .OrderBy(s =>
                    Array.FindIndex([.. _catalogue.CommonParameters], c => c.Name == s.Name) is var i and >= 0 ? i : int.MaxValue
                ),
        ];

    public SettingsLayout Layout => new(Specs);

    /// <summary>Changes to the training images that were set, beside the usual choice.</summary>
    public int ChangesOn => Layout.Augmentation.Count(s => s.Advanced && Value(s) != s.Default);

    /// <summary>Settings that differ from their defaults, without the augmentation.</summary>
    public int ChangedSettings => Specs.Count(s => s.Section != ParameterSections.Augmentation && Value(s) != s.Default);

    private void SwitchTo(TransferMethodSpec method)
    {
        Dictionary<string, ParameterValue> before = Values;
        IReadOnlyList<ParameterSpec> specsBefore = Specs;
        Method = method;
        foreach (ParameterSpec spec in Specs.Where(s => specsBefore.Any(b => b.Name == s.Name && b.Default == s.Default)))
        {
            if (before.TryGetValue(spec.Name, out ParameterValue typed))
                Values[spec.Name] = typed;
            else
                Values.Remove(spec.Name);
        }
    }

    private Dictionary<string, ParameterValue> Values
    {
        get
        {
            if (!_valuesByMethod.TryGetValue(Method.Name, out Dictionary<string, ParameterValue>? values))
                _valuesByMethod[Method.Name] = values = [];
            return values;
        }
    }

    public ParameterValue Value(ParameterSpec spec) => Values.TryGetValue(spec.Name, out ParameterValue value) ? value : spec.Default;

    public void Set(ParameterSpec spec, ParameterValue value)
    {
        if (value == spec.Default)
            Values.Remove(spec.Name);
        else
            Values[spec.Name] = value;
    }

    /// <summary>Takes over values by name, as far as the method has such parameters.</summary>
    public void Use(IReadOnlyDictionary<string, ParameterValue> values)
    {
        foreach (ParameterSpec spec in Specs.Where(s => values.ContainsKey(s.Name)))
            Set(spec, values[spec.Name]);
    }
}

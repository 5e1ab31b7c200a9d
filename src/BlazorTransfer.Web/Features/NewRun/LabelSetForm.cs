using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>The further label sets to learn beside the classes.</summary>
public sealed class LabelSetForm
{
    private readonly Dictionary<string, double> _weights = new(StringComparer.Ordinal);

    /// <summary>What the chosen images have labels for, beside their classes.</summary>
    public IReadOnlyList<OfferedLabelSet> Offered { get; private set; } = [];

    /// <summary>Those that are to be learned, as far as the images have them.</summary>
    public IReadOnlyList<LabelSetSpec> Chosen =>
        [.. Offered.Where(o => _weights.ContainsKey(o.Name)).Select(o => new LabelSetSpec(o.Name, _weights[o.Name]))];

    /// <summary>The images are others. What was chosen stays chosen where they have it too; where nothing is, the first label set
    /// is.</summary>
    public void Use(IReadOnlyList<TagCount> tags)
    {
        Offered =
        [
            .. tags.GroupBy(t => t.Name, StringComparer.Ordinal)
                .Where(g => g.Count() > 1)
                .Select(g => new OfferedLabelSet(g.Key, [.. g.Select(t => t.Value)], g.Sum(t => t.Images))),
        ];
        if (Chosen.Count == 0 && Offered.Count > 0)
            _weights[Offered[0].Name] = 1;
    }

    /// <summary>Learns a label set, or no longer.</summary>
    public void Toggle(string name)
    {
        if (!_weights.Remove(name))
            _weights[name] = 1;
    }

    public void Weigh(string name, double weight) => _weights[name] = weight;

    /// <summary>Learns these and no others, as far as the images have them.</summary>
    public void TakeOver(IReadOnlyList<LabelSetSpec> sets)
    {
        _weights.Clear();
        foreach (LabelSetSpec set in sets)
            _weights[set.Name] = set.Weight;
    }

    /// <summary>Why a method cannot learn with the chosen weights of the label sets; null where it can.</summary>
    public string? WrongWeightFor(TransferMethodSpec method) =>
        method.LearnsLabelSets && Chosen.Any(c => c.Weight is not (> 0 and <= LabelSetSpec.MaximumWeight))
            ? Texts<NewRunTexts>.Get("WeightRange", LabelSetSpec.MaximumWeight)
            : null;
}

/// <summary>Labels that images have beside their classes.</summary>
/// <param name="Name">What they tell.</param>
/// <param name="Labels">What occurs.</param>
/// <param name="Images">How many images have one.</param>
public sealed record OfferedLabelSet(string Name, IReadOnlyList<string> Labels, int Images);

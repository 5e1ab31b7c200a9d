using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Runs;

namespace BlazorTransfer.Web.Features.NewRun;

internal sealed partial class NewRunForm
{
    // The network, and the weights or the model that it starts from.
    private IReadOnlyList<BackboneWeights> _weights;
    private readonly IReadOnlyList<Run> _models;

    // Random weights are a choice. That a network has no others is none.
    private bool _randomIsChosen;

    public BackboneSpec Backbone { get; private set; }
    public BackboneWeights? Weights { get; private set; }

    /// <summary>The finished run whose model is the start; null where it is <see cref="Weights"/>, or random where that is null
    /// too.</summary>
    public Run? Parent { get; private set; }

    /// <summary>The finished run whose model is the teacher, where the method takes one; null where none is chosen.</summary>
    public Run? Teacher { get; set; }

    public bool StartsFromNothing => Weights is null && Parent is null;

    /// <summary>Whether the run would start from random weights without anybody having chosen that.</summary>
    public bool NeedsWeights => Method.TakesWeights && StartsFromNothing && !_randomIsChosen;

    public IReadOnlyList<BackboneWeights> FittingWeights => [.. _weights.Where(w => w.Backbones.Contains(Backbone.Name))];

    /// <summary>
    /// Networks to offer: what was searched for; otherwise the chosen one, those whose weights are here, and the recommended ones, since
    /// a list of all of them helps nobody.
    /// </summary>
    public IReadOnlyList<BackboneSpec> Offered(string? search, bool all)
    {
        if (!string.IsNullOrWhiteSpace(search))
            return
            [
                .. _catalogue.Backbones.Where(b =>
                    $"{b.Name} {b.DisplayName} {b.Family}".Contains(search.Trim(), StringComparison.OrdinalIgnoreCase)
                ),
            ];
        return all
            ? _catalogue.Backbones
            :
            [
                // An order that no choice changes.
                .. _catalogue
                    .Backbones.Where(b => b == Backbone || b.Has(BackboneRole.Recommended) || HasWeights(b))
                    .OrderByDescending(HasWeights)
                    .ThenByDescending(b => b == _catalogue.DefaultBackbone),
            ];
    }

    /// <summary>Whether there is something to start this network from.</summary>
    public bool HasStart(BackboneSpec backbone) => HasWeights(backbone) || _models.Any(r => r.Job.Backbone == backbone.Name);

    /// <summary>Takes over the weights that are here now; a network that had none starts from them.</summary>
    public void Use(IReadOnlyList<BackboneWeights> weights)
    {
        _weights = weights;
        if (NeedsWeights)
            Weights = FittingWeights.FirstOrDefault();
    }

    private bool HasWeights(BackboneSpec backbone) => _weights.Any(w => w.Backbones.Contains(backbone.Name));

    /// <summary>Runs to learn from: those of the same data set first, since a teacher needs the same classes.</summary>
    public IReadOnlyList<Run> Teachers => [.. _models.OrderByDescending(r => r.Submission.DatasetId == Dataset.Id)];

    public IReadOnlyList<Run> FittingModels => [.. _models.Where(r => r.Job.Backbone == Backbone.Name)];

    public void Choose(BackboneSpec backbone)
    {
        Backbone = backbone;
        (Weights, Parent, _randomIsChosen) = (FittingWeights.FirstOrDefault(), null, false);
    }

    /// <summary>Imported weights, or random ones where null.</summary>
    public void StartFrom(BackboneWeights? weights) => (Weights, Parent, _randomIsChosen) = (weights, null, weights is null);

    public void StartFrom(Run parent) => (Weights, Parent, _randomIsChosen) = (null, parent, false);

    /// <summary>Chooses network and weights by name and id, as far as they exist.</summary>
    public void StartWith(string backboneName, string? weightsId)
    {
        if (_catalogue.FindBackbone(backboneName) is not { } backbone)
            return;
        Choose(backbone);
        if (FittingWeights.FirstOrDefault(w => w.Id == weightsId) is { } weights)
            StartFrom(weights);
        if (!StartsFromNothing)
            Method = _catalogue.DefaultMethod;
    }

    /// <summary>Starts from the model of this run, if it is one of those to start from.</summary>
    public void TrainOnFrom(string runId)
    {
        if (_models.FirstOrDefault(m => m.Id == runId) is not { } model || _catalogue.FindBackbone(model.Job.Backbone) is not { } backbone)
            return;
        Backbone = backbone;
        StartFrom(model);
    }
}

using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Adaptation against an opponent: a discriminator learns to tell the domains apart from what it is shown, and the network, through a
/// reversed
/// gradient, learns to show it nothing that tells (Ganin et al., "Domain-Adversarial Training of Neural Networks", 2016). Its accuracy,
/// which is
/// told of each epoch, falls toward a half where the domains become alike.
/// </summary>
internal abstract class AdversarialAdaptation(ParameterSet settings) : DomainAdaptation(settings)
{
    private const string Width = "discriminator-width";

    private DomainDiscriminator? _discriminator;
    private double _told;
    private int _steps;

    public sealed override IReadOnlyDictionary<string, double> EpochFigures =>
        new Dictionary<string, double> { [MetricKeys.DiscriminatorAccuracy] = _told / Math.Max(1, _steps) };

    public sealed override void OnEpochStart(TransferModel model, int epoch)
    {
        base.OnEpochStart(model, epoch);
        (_told, _steps) = (0, 0);
    }

    public sealed override void Configure(TransferModel model)
    {
        base.Configure(model);
        _discriminator = new DomainDiscriminator(ShownWidth(model), Settings.Integer(Width));
        _discriminator.to(model.Device);
    }

    public sealed override IReadOnlyList<ParameterGroup> ParameterGroups(TransferModel model) =>
        [.. base.ParameterGroups(model), new ParameterGroup(Trainable(_discriminator!))];

    protected sealed override IEnumerable<(string Name, Tensor Value)> Transfer(
        TransferModel model,
        DomainView source,
        DomainView target,
        Tensor labels
    )
    {
        Tensor shown = GradientReversal.Apply(cat([Shown(source), Shown(target)]), CurrentStrength);
        Tensor logits = _discriminator!.call(shown);
        _told += DomainDiscriminator.Accuracy(logits, source.Logits.shape[0]);
        _steps++;
        yield return ("domain", DomainDiscriminator.Loss(logits, source.Logits.shape[0], Weights(source, target)));
    }

    /// <summary>[N, width], what the discriminator sees of a domain.</summary>
    protected abstract Tensor Shown(DomainView view);

    /// <summary>The width of what it sees.</summary>
    protected abstract int ShownWidth(TransferModel model);

    /// <summary>[Ns + Nt], how much each image counts for the discriminator; null for all alike.</summary>
    protected virtual Tensor? Weights(DomainView source, DomainView target) => null;

    protected override void Dispose(bool disposing)
    {
        _discriminator?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The parameters of the family, after a method's own.</summary>
    protected static IReadOnlyList<ParameterSpec> AdversarialParameters(double strength, params ParameterSpec[] own) =>
        AdaptationParameters(
            strength,
            [
                .. own,
                new ParameterSpec
                {
                    Name = Width,
                    DisplayName = "Width of the discriminator",
                    Kind = ParameterKind.Integer,
                    Default = 256,
                    Minimum = 8,
                    Maximum = 4096,
                    Unit = "units",
                    Advanced = true,
                    Help = "Units in each of its two hidden layers. A wider discriminator needs a lower strength.",
                },
            ]
        );
}

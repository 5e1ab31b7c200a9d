using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using BatchNorm = BlazorTransfer.Training.Backbones.BatchNorm;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// Tells the source's features from the target's, with one logit above zero for the source: the discriminator of Ganin et al.,
/// "Domain-Adversarial
/// Training of Neural Networks" (2016), in the form most programs give it, two hidden layers with batch norm.
/// </summary>
internal sealed class DomainDiscriminator : Module<Tensor, Tensor>
{
    private readonly Linear _first;
    private readonly BatchNorm _firstNorm;
    private readonly Linear _second;
    private readonly BatchNorm _secondNorm;
    private readonly Linear _last;

    /// <param name="width">D, the features.</param>
    /// <param name="hidden">Units of each hidden layer.</param>
    public DomainDiscriminator(int width, int hidden)
        : base(nameof(DomainDiscriminator))
    {
        (_first, _firstNorm, _second, _secondNorm) = (
            Linear(width, hidden),
            new BatchNorm(hidden),
            Linear(hidden, hidden),
            new BatchNorm(hidden)
        );
        _last = Linear(hidden, 1);
        register_module("fc1", _first);
        register_module("bn1", _firstNorm);
        register_module("fc2", _second);
        register_module("bn2", _secondNorm);
        register_module("fc3", _last);
    }

    /// <summary>[N, D] to logits [N].</summary>
    public override Tensor forward(Tensor features)
    {
        using var scope = NewDisposeScope();
        Tensor hidden = _firstNorm.forward(_first.forward(features)).relu();
        hidden = _secondNorm.forward(_second.forward(hidden)).relu();
        return _last.forward(hidden).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>Binary cross-entropy of logits, the mean over the samples of both domains as they are weighted.</summary>
    /// <param name="logits">[Ns + Nt], the source's first.</param>
    /// <param name="sources">Ns.</param>
    /// <param name="weights">How much each sample counts, [Ns + Nt], on any scale; null for all alike.</param>
    public static Tensor Loss(Tensor logits, long sources, Tensor? weights = null)
    {
        using var scope = NewDisposeScope();
        Tensor losses = functional.binary_cross_entropy_with_logits(logits, Domains(logits, sources), reduction: Reduction.None);
        Tensor loss = weights is null ? losses.mean() : (losses * weights).sum() / weights.sum();
        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>The share of samples whose domain it tells, 0…1: a half where it cannot, if both domains are as large.</summary>
    /// <param name="logits">[Ns + Nt], the source's first.</param>
    /// <param name="sources">Ns.</param>
    public static double Accuracy(Tensor logits, long sources)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        return logits.gt(zeros_like(logits)).eq(Domains(logits, sources).to(ScalarType.Bool)).to(float64).mean().item<double>();
    }

    private static Tensor Domains(Tensor logits, long sources) =>
        cat([ones_like(logits.narrow(0, 0, sources)), zeros_like(logits.narrow(0, sources, logits.shape[0] - sources))], 0);
}

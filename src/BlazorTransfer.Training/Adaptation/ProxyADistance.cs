using BlazorTransfer.Training.Classifiers;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// How well a linear classifier tells two domains apart, 2(1 − 2ε), after Ben-David et al., "Analysis of Representations for Domain Adaptation" (2007):
/// 0 where it cannot, 2 where it never errs. ε is its error on samples it has not seen, each domain counting a half however many samples it has. Every
/// second sample is held out, then the others, so that nothing is drawn.
/// </summary>
internal static class ProxyADistance
{
    private const int Halves = 2;

    /// <param name="source">[Ns, D], two samples at least.</param>
    /// <param name="target">[Nt, D], two samples at least.</param>
    /// <param name="decay">Of the classifier, a <see cref="LogisticRegression"/> on standardised features.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>0…2; an error above a half is chance and counts as a half.</returns>
    public static double Measure(Tensor source, Tensor target, double decay, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor xs = source.to(float64), xt = target.to(float64);
        if (xs.shape[0] < Halves || xt.shape[0] < Halves) throw new ArgumentException("Each domain needs two samples: one to learn from and one to ask.");
        double error = Enumerable.Range(0, Halves).Average(held => Error(xs, xt, held, decay, cancel));
        return 2 * (1 - 2 * Math.Min(error, 0.5));
    }

    private static double Error(Tensor source, Tensor target, int held, double decay, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        Tensor trainS = Half(source, 1 - held), trainT = Half(target, 1 - held), train = cat([trainS, trainT], 0);
        long sources = trainS.shape[0], targets = trainT.shape[0];
        Tensor labels = cat([ones(sources, dtype: int64, device: train.device), zeros(targets, dtype: int64, device: train.device)], 0);
        Tensor weights = MaximumMeanDiscrepancy.DomainContrast(sources, targets, train).abs();
        using Standardisation standard = Standardisation.Of(train);
        using LogisticRegression classifier = LogisticRegression.Fit(standard.Apply(train), labels, 2, decay, cancel, weights);
        double Share(Tensor rows) => classifier.Predict(standard.Apply(Half(rows, held))).to(float64).mean().item<double>();
        return (1 - Share(source) + Share(target)) / 2;
    }

    private static Tensor Half(Tensor rows, int first) =>
        rows.index_select(0, tensor([.. Enumerable.Range(0, (int)rows.shape[0]).Where(i => i % Halves == first).Select(i => (long)i)], device: rows.device));
}

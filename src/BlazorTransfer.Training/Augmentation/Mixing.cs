using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.LabelKinds;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Settings;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Augmentation;

/// <summary>
/// MixUp (Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2017) and CutMix (Yun et al., "CutMix: Regularization Strategy to
/// Train
/// Strong Classifiers with Localizable Features", 2019). Both are x · M + x' · (1 − M), with M [1, S, S] a constant λ for the one, and 0 in
/// a rectangle and 1 elsewhere for the other; λ is the mean of M. x' is the next image of the batch, whose order is drawn anew each epoch.
/// </summary>
internal sealed class Mixing(ParameterSet settings)
{
    private readonly double _mixUp = settings.Number(AugmentationParameters.MixUp);
    private readonly double _cutMix = settings.Number(AugmentationParameters.CutMix);

    public bool IsOn => _mixUp > 0 || _cutMix > 0;

    /// <param name="inputs">[N, 3, S, S].</param>
    /// <param name="labels">[N, …], targets.</param>
    /// <param name="randoms">One an image.</param>
    /// <returns>The mixed images, the labels of their larger parts, and the rest; all in the caller's dispose scope.</returns>
    public (Tensor Inputs, Tensor Labels, Mixture Mixture) Mix(Tensor inputs, Tensor labels, IReadOnlyList<Random> randoms)
    {
        using var scope = NewDisposeScope();
        int side = (int)inputs.shape[3];
        (double Blend, int[] Hole)[] drawn = [.. randoms.Select(r => Draw(r, side))];
        Tensor own = ones(drawn.Length, 1, side, side, device: inputs.device)
            .mul(new Amounts([.. drawn.Select(d => new[] { d.Blend })], inputs.device).Column());
        for (int i = 0; i < drawn.Length; i++)
        {
            if (drawn[i].Hole is [int left, int top, int width, int height])
                own.narrow(0, i, 1).narrow(2, top, height).narrow(3, left, width).zero_();
        }

        Tensor others = inputs.roll(-1, 0),
            otherLabels = labels.roll(-1, 0),
            rest = own.Times(-1).Plus(1);
        Tensor mixed = inputs.mul(own).Plus(others.mul(rest));
        Tensor share = own.mean([1, 2, 3]),
            otherShare = share.Times(-1).Plus(1),
            isOwnLarger = share.ge(otherShare),
            ownOfTargets = Mixture.ByImage(isOwnLarger, labels);
        var mixture = new Mixture(
            where(ownOfTargets, otherLabels, labels).MoveToOuterDisposeScope(),
            maximum(share, otherShare).MoveToOuterDisposeScope(),
            isOwnLarger.MoveToOuterDisposeScope()
        );
        return (mixed.MoveToOuterDisposeScope(), where(ownOfTargets, labels, otherLabels).MoveToOuterDisposeScope(), mixture);
    }

    /// <summary>What MixUp leaves of the image, and the rectangle that CutMix takes from it, in pixels; each leaves out the
    /// other.</summary>
    private (double Blend, int[] Hole) Draw(Random random, int side)
    {
        bool blends = random.NextDouble() < 0.5;
        if (_cutMix == 0 || (_mixUp > 0 && blends))
            return (DrawBeta(_mixUp, random), []);
        (int left, int top, int width, int height) = Rectangle.Pixels(Rectangle.DrawPasted(1 - DrawBeta(_cutMix, random), random), side);
        return (1, [left, top, width, height]);
    }

    /// <summary>Beta(α, α) by Jöhnk's method, which needs few attempts for α up to 2.</summary>
    private static double DrawBeta(double alpha, Random random)
    {
        while (true)
        {
            double x = Math.Pow(random.NextDouble(), 1 / alpha),
                y = Math.Pow(random.NextDouble(), 1 / alpha);
            if (x + y is > 0 and <= 1)
                return x / (x + y);
        }
    }
}

using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Components;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>How far a linear probe got with a network on a data set: how much the pretrained features have to do with these
/// images.</summary>
/// <param name="Top1">On images that it did not see, 0…1.</param>
/// <param name="Source">Where that is known from, such as "run #3".</param>
internal sealed record KnownProbe(double Top1, string Source);

/// <summary>
/// Which method for these images, and why. The limits are from measurements on small data sets: on photographs, training the trunk lost
/// against a
/// linear probe with 10 images a class, was about as good with 20, and began to gain with 50 (<c>.github/learning.md</c>); on images unlike
/// photographs,
/// fine-tuning gained 15 points with 80 a class (<c>.github/builtin-backbone.md</c>).
/// </summary>
/// <param name="Role">What finds the method in the catalogue.</param>
/// <param name="Reason">In a sentence or two.</param>
internal sealed record MethodAdvice(MethodRole Role, string Reason)
{
    private const double GoodEnough = 0.95;
    private const int EnoughToTune = 50;
    private const int Many = 500;

    /// <param name="imagesPerClass">Training images of a class, on average.</param>
    /// <param name="hasWeights">Whether there is anything to transfer.</param>
    /// <param name="probe">What a linear probe reached; null where nobody tried.</param>
    public static MethodAdvice For(int imagesPerClass, bool hasWeights, KnownProbe? probe) =>
        (hasWeights, probe) switch
        {
            (false, _) => new(
                MethodRole.SuggestedWithoutWeights,
                "There are no pretrained weights to start from, so everything has to be learned from your images. With "
                    + "weights, far fewer images do."
            ),
            (_, null) when imagesPerClass < Many => new(
                MethodRole.SuggestedFirst,
                "Nobody has tried yet how much these weights see in your images. A linear probe tells in seconds to minutes, "
                    + "and is often enough."
            ),
            (_, null) => new(
                MethodRole.SuggestedWithManyImages,
                $"With {Format.Count(imagesPerClass, "training image")} a class there is enough to train the whole network on."
            ),
            (_, { Top1: >= GoodEnough }) => new(
                MethodRole.SuggestedFirst,
                $"A linear probe reaches {Format.Percent(probe.Top1)} ({probe.Source}), so there is little left to gain."
            ),
            _ when imagesPerClass < EnoughToTune => new(
                MethodRole.SuggestedFirst,
                $"A linear probe reaches {Format.Percent(probe.Top1)} ({probe.Source}). With "
                    + $"{Format.Count(imagesPerClass, "training image")} a class, training more than the head rarely gains anything; "
                    + "more images would."
            ),
            _ when imagesPerClass < Many => new(
                MethodRole.SuggestedWithMoreImages,
                $"A linear probe stops at {Format.Percent(probe.Top1)} ({probe.Source}), and "
                    + $"{Format.Count(imagesPerClass, "training image")} a class are enough to train the features on. LP-FT begins "
                    + "with the probe's head."
            ),
            _ => new(
                MethodRole.SuggestedWithManyImages,
                $"A linear probe stops at {Format.Percent(probe.Top1)} ({probe.Source}), and "
                    + $"{Format.Count(imagesPerClass, "training image")} a class are enough to train the whole network on."
            ),
        };
}

using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>Accuracy of a linear probe with a network on a data set: how well the pretrained features suit the images.</summary>
/// <param name="Top1">On images that were not used for training, 0…1.</param>
/// <param name="Source">Where it was measured, such as "run #3".</param>
internal sealed record KnownProbe(double Top1, string Source);

/// <summary>
/// A suggested method, and the reason. The limits come from measurements on small data sets: on photographs, training all layers was worse
/// than a linear probe with 10 images per class, about as good with 20, and better from 50 (<c>.github/learning.md</c>); on images unlike
/// photographs, fine-tuning gained 15 points with 80 per class (<c>.github/builtin-backbone.md</c>).
/// </summary>
/// <param name="Role">Role of the method in the catalogue.</param>
/// <param name="Reason">The reason, in a sentence or two.</param>
internal sealed record MethodAdvice(MethodRole Role, string Reason)
{
    private const double GoodEnough = 0.95;
    private const int EnoughToTune = 50;
    private const int Many = 500;

    /// <summary>The method that trains all layers and is worth its time with so many images; null where none is.</summary>
    /// <param name="imagesPerClass">Training images of a class, on average.</param>
    public static MethodRole? TuningFor(int imagesPerClass) =>
        imagesPerClass switch
        {
            < EnoughToTune => null,
            < Many => MethodRole.SuggestedWithMoreImages,
            _ => MethodRole.SuggestedWithManyImages,
        };

    /// <param name="imagesPerClass">Training images of a class, on average.</param>
    /// <param name="hasWeights">Whether there is anything to transfer.</param>
    /// <param name="probe">Result of a linear probe; null where there is none.</param>
    public static MethodAdvice For(int imagesPerClass, bool hasWeights, KnownProbe? probe)
    {
        return (hasWeights, probe) switch
        {
            (false, _) => new(MethodRole.SuggestedWithoutWeights, Texts<NewRunTexts>.Get("Advice.NoWeights")),
            (_, null) when imagesPerClass < Many => new(MethodRole.SuggestedFirst, Texts<NewRunTexts>.Get("Advice.Start")),
            (_, null) => new(MethodRole.SuggestedWithManyImages, Texts<NewRunTexts>.Get("Advice.Many", imagesPerClass)),
            (_, { Top1: >= GoodEnough }) => new(MethodRole.SuggestedFirst, AfterProbe("Advice.Enough")),
            _ when imagesPerClass < EnoughToTune => new(
                MethodRole.SuggestedFirst,
                AfterProbe(imagesPerClass == 1 ? "Advice.FewOne" : "Advice.Few")
            ),
            _ when imagesPerClass < Many => new(MethodRole.SuggestedWithMoreImages, AfterProbe("Advice.Tune")),
            _ => new(MethodRole.SuggestedWithManyImages, AfterProbe("Advice.ManyAfterProbe")),
        };

        string AfterProbe(string key) => Texts<NewRunTexts>.Get(key, Format.Percent(probe!.Top1), probe.Source, imagesPerClass);
    }
}

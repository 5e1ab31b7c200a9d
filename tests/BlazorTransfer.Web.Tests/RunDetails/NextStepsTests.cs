using BlazorTransfer.Web.Features.RunDetails;

namespace BlazorTransfer.Web.Tests.RunDetails;

/// <summary>Each rule alone: the facts that make it fire, and those next to them that do not.</summary>
public sealed class NextStepsTests
{
    // Nothing to suggest but other configurations: far from chance, 1,000 images, a flat curve.
    private static readonly ResultFacts Plain = new()
    {
        Result = Result(0.9, 1000),
        ImagesPerClass = 30,
        TrainTop1 = 0.92,
        Top1ByEpoch = [0.9, 0.9, 0.9, 0.9, 0.9],
        PlannedEpochs = 5,
    };

    [Fact]
    public void For_AGoodRunOfOneConfiguration_SuggestsToCompareSeveral() =>
        Assert.Equal([NextStepKind.CompareConfigurations], Kinds(Plain));

    [Fact]
    public void For_AnExcellentRun_SuggestsToTryAnImage()
    {
        Assert.Equal([NextStepKind.TryAnImage], Kinds(Plain with { Result = Result(0.97, 1000) }));
        Assert.Equal([NextStepKind.TryAnImage], Kinds(Plain with { IsPartOfExperiment = true }));
    }

    [Theory]
    [InlineData(0.61, 100, "is not significantly above chance (60.0 %: always 'good')")]
    [InlineData(0.64, 10_000, "is only 4 points above chance")]
    [InlineData(0.71, 10_000, null)]
    public void For_AccuracyNearChance_SaysSo(double accuracy, int images, string? text)
    {
        NextStep? step = NextSteps
            .For(Plain with { Result = Result(accuracy, images), TrainTop1 = accuracy })
            .SingleOrDefault(s => s.Kind == NextStepKind.CheckLabels);

        Assert.Equal(text is not null, step is not null);
        Assert.Contains(text ?? "", step?.Text ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void For_TheSmallNetworkOrRandomWeights_NamesTheMeasuredGainOfImageNetWeights()
    {
        ResultFacts small = Plain with { Start = StartingPoint.SmallNetwork, ImageNetNetwork = "ResNet-18 (Microsoft)" };

        NextStep step = NextSteps.For(small)[0];
        Assert.Equal(NextStepKind.UseImageNetWeights, step.Kind);
        Assert.Contains("15 points", step.Text, StringComparison.Ordinal);
        Assert.EndsWith("Try ResNet-18 (Microsoft).", step.Text, StringComparison.Ordinal);
        Assert.Contains("27 points", NextSteps.For(small with { Start = StartingPoint.RandomWeights })[0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain(NextStepKind.UseImageNetWeights, Kinds(small with { Start = StartingPoint.Pretrained }));
        Assert.DoesNotContain(NextStepKind.UseImageNetWeights, Kinds(small with { ImageNetNetwork = null }));
        Assert.DoesNotContain(NextStepKind.UseImageNetWeights, Kinds(small with { Result = Result(0.96, 1000) }));
    }

    [Theory]
    [InlineData(new[] { 0.5, 0.6, 0.7, 0.8, 0.9 }, 5, true)]
    // Flat at the end, stopped early, or too short to tell.
    [InlineData(new[] { 0.5, 0.6, 0.7, 0.9, 0.9 }, 5, false)]
    [InlineData(new[] { 0.5, 0.6, 0.7, 0.8, 0.9 }, 6, false)]
    [InlineData(new[] { 0.7, 0.8, 0.9 }, 3, false)]
    public void For_ACurveThatStillRises_SuggestsMoreEpochs(double[] top1, int planned, bool expected) =>
        Assert.Equal(expected, Kinds(Plain with { Top1ByEpoch = top1, PlannedEpochs = planned }).Contains(NextStepKind.TrainLonger));

    [Theory]
    [InlineData(20, false, NextStepKind.TryLinearProbe)]
    [InlineData(21, false, NextStepKind.AddImages)]
    [InlineData(20, true, NextStepKind.AddImages)]
    public void For_TrainingAccuracyFarAboveValidation_SuggestsWhatHelped(int imagesPerClass, bool isProbe, object expected)
    {
        ResultFacts overfit = Plain with
        {
            Result = Result(0.8, 1000),
            TrainTop1 = 0.92,
            ImagesPerClass = imagesPerClass,
            IsProbe = isProbe,
        };

        Assert.Equal((NextStepKind)expected, NextSteps.For(overfit)[0].Kind);
        Assert.Contains("12 points higher", NextSteps.For(overfit)[0].Text, StringComparison.Ordinal);
        // The same gap within the interval says nothing.
        Assert.DoesNotContain((NextStepKind)expected, Kinds(overfit with { Result = Result(0.8, 10) }));
    }

    [Theory]
    [InlineData(50, true, true)]
    [InlineData(49, true, false)]
    [InlineData(50, false, false)]
    public void For_AProbeOnManyImages_SuggestsFineTuning(int imagesPerClass, bool isProbe, bool expected) =>
        Assert.Equal(
            expected,
            Kinds(Plain with { ImagesPerClass = imagesPerClass, IsProbe = isProbe }).Contains(NextStepKind.TrainFeatures)
        );

    [Fact]
    public void For_FewImages_SuggestsCrossValidation()
    {
        NextStep step = NextSteps
            .For(Plain with { Result = Result(0.8, 20), IsPartOfExperiment = false })
            .Single(s => s.Kind == NextStepKind.CrossValidate);

        Assert.Contains("With 20 validation images, the confidence interval spans 34 points", step.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(NextStepKind.CrossValidate, Kinds(Plain with { Result = Result(0.8, 20), IsPartOfExperiment = true }));
    }

    [Fact]
    public void For_ATargetWithoutAdaptation_SuggestsToAdaptFirst()
    {
        ResultFacts source = Plain with { HasTarget = true };

        Assert.Equal(NextStepKind.AdaptToTarget, NextSteps.For(source)[0].Kind);
        Assert.DoesNotContain(NextStepKind.AdaptToTarget, Kinds(source with { AdaptsToTarget = true }));
    }

    [Fact]
    public void For_ManyReasons_GivesThreeSteps() =>
        Assert.Equal(
            NextSteps.Most,
            NextSteps
                .For(
                    Plain with
                    {
                        Result = Result(0.62, 20),
                        HasTarget = true,
                        Start = StartingPoint.RandomWeights,
                        ImageNetNetwork = "ResNet-18",
                        TrainTop1 = 1,
                    }
                )
                .Count
        );

    private static NextStepKind[] Kinds(ResultFacts facts) => [.. NextSteps.For(facts).Select(s => s.Kind)];

    private static RunResult Result(double accuracy, int images) =>
        new(accuracy, images, ScoredImages.Validation, IsOptimistic: true, "good", 0.6);
}

using BlazorTransfer.Web.Features.RunDetails;

namespace BlazorTransfer.Web.Tests.RunDetails;

public sealed class RunResultTests
{
    [Fact]
    public void Of_ValidatedRun_HasIntervalChanceAndImages()
    {
        RunResult result = RunResult.Of(new FinishedRun().Build())!;

        Assert.Equal((0.8, 50, ScoredImages.Validation), (result.Accuracy, result.Images, result.On));
        Assert.Equal("50 validation images", result.ImagesText);
        // Wilson's interval of 40 of 50.
        Assert.Equal("67–89 %", result.IntervalText);
        Assert.Equal(("good", 0.6), (result.CommonClass, result.Chance));
        Assert.True(result.IsOptimistic);
    }

    [Theory]
    [InlineData("last", 10, false)]
    [InlineData("information-maximisation", 10, false)]
    [InlineData("loss", 10, true)]
    [InlineData("top1", 1, false)]
    public void IsOptimistic_OnlyWhereEpochsWereSelectedOnTheseImages(string bestOf, int epochs, bool expected) =>
        Assert.Equal(expected, RunResult.Of(new FinishedRun { BestOf = bestOf, Epochs = epochs }.Build())!.IsOptimistic);

    [Theory]
    [InlineData(20, 0, ScoredImages.Test, "20 test images")]
    [InlineData(20, 10, ScoredImages.Target, "10 labelled target images")]
    public void Of_RunWithTestOrTargetImages_IsMeasuredOnThose(int test, int target, object on, string text)
    {
        RunResult result = RunResult.Of(new FinishedRun { TestImages = test, TargetImages = target }.Build())!;

        Assert.Equal((on, text, false), ((object)result.On, result.ImagesText, result.IsOptimistic));
    }
}

using BlazorTransfer.Core.Runs;

namespace BlazorTransfer.Core.Tests.Runs;

public sealed class AccuracyIntervalTests
{
    /// <summary>The formula's values, computed apart.</summary>
    [Theory]
    [InlineData(8, 10, 0.490162, 0.943318)]
    [InlineData(0, 10, 0, 0.277533)]
    [InlineData(10, 10, 0.722467, 1)]
    [InlineData(69, 80, 0.770329, 0.921453)]
    [InlineData(1, 2, 0.094531, 0.905469)]
    public void Interval_IsWilsons(int right, int images, double low, double high)
    {
        AccuracyInterval interval = AccuracyInterval.Of((double)right / images, images);

        Assert.Equal(low, interval.Low, 2e-6);
        Assert.Equal(high, interval.High, 2e-6);
    }

    [Fact]
    public void Text_SaysPercent() => Assert.Equal("49.0 to 94.3 %", AccuracyInterval.Of(0.8, 10).ToString());

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(1.5, 10)]
    [InlineData(double.NaN, 10)]
    public void NoImages_OrNoShare_IsRefused(double accuracy, int images) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AccuracyInterval.Of(accuracy, images));
}

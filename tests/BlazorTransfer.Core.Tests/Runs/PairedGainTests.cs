using BlazorTransfer.Core.Runs;

namespace BlazorTransfer.Core.Tests.Runs;

public sealed class PairedGainTests
{
    [Fact]
    public void Of_CountsWhatOneIsRightAboutAndTheOtherNot_WithAgrestiAndMinsInterval()
    {
        // 12 gained, 2 lost of 40: (12.5 − 2.5)/42 = 0.2381; standard error √(15 − 42 · 0.2381²)/42 = 0.0846.
        string one = new string('1', 12) + "00" + new string('1', 20) + new string('0', 6),
            other = new string('0', 12) + "11" + new string('1', 20) + new string('0', 6);

        PairedGain gain = PairedGain.Of([(one, other)])!;

        Assert.Equal(0.25, gain.Difference, 1e-12);
        Assert.Equal(0.2381 - 1.96 * 0.0846, gain.Low, 1e-3);
        Assert.Equal(0.2381 + 1.96 * 0.0846, gain.High, 1e-3);
        Assert.Equal((true, false, 40), (gain.IsGain, gain.IsLoss, gain.Images));
        PairedGain reversed = PairedGain.Of([(other, one)])!;
        Assert.Equal((-gain.High, -gain.Low, true), (reversed.Low, reversed.High, reversed.IsLoss));
    }

    [Fact]
    public void Of_SeveralSeeds_AsksNoMoreImagesThanOne()
    {
        string one = "1111100000",
            other = "0000000000";

        PairedGain single = PairedGain.Of([(one, other)])!,
            many = PairedGain.Of([(one, other), (one, other), (one, other)])!;

        Assert.Equal(single, many);
        Assert.True(single.IsGain);
    }

    [Fact]
    public void Of_TheSameAnswers_IsNoGain_AndOfNothing_IsNothing()
    {
        PairedGain same = PairedGain.Of([("1010", "1010")])!;

        Assert.Equal((0.0, false, false), (same.Difference, same.IsGain, same.IsLoss));
        Assert.Equal(-same.Low, same.High, 1e-12);
        Assert.Null(PairedGain.Of([]));
        Assert.Null(PairedGain.Of([("10", "101"), ("", "")]));
    }
}

using BlazorTransfer.Web.Security;
using Microsoft.Extensions.Time.Testing;

namespace BlazorTransfer.Web.Tests.Access;

public sealed class SignInThrottleTests
{
    private readonly SetClock _clock = new();
    private readonly SignInThrottle _throttle;

    public SignInThrottleTests() => _throttle = new SignInThrottle(_clock);

    [Fact]
    public void Failures_OfOneSource_AreFollowedByPausesThatGrowToAQuarterOfAnHour()
    {
        for (int i = 0; i < SignInThrottle.FreeAttempts; i++)
            Assert.True(TryFrom("here"));

        TimeSpan before = TimeSpan.Zero;
        for (int i = 0; i < 12; i++)
        {
            TimeSpan pause = TimeSpan.Zero;
            while (!TryFrom("here"))
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                pause += TimeSpan.FromSeconds(1);
            }

            Assert.True(pause > before || pause == SignInThrottle.LongestPause, $"{pause} after {before}");
            Assert.InRange(pause, TimeSpan.FromSeconds(30), SignInThrottle.LongestPause);
            before = pause;
        }

        Assert.Equal(SignInThrottle.LongestPause, before);
    }

    [Fact]
    public void Success_EndsThePausesOfItsSourceAlone()
    {
        for (int i = 0; i < SignInThrottle.FreeAttempts; i++)
            Assert.True(TryFrom("here") & TryFrom("there"));

        _throttle.Succeed("ADA", "here");

        Assert.True(TryFrom("here"));
        Assert.False(TryFrom("there"));
    }

    [Fact]
    public void Failures_OfManyAddresses_AreLimitedTogetherButNeverForAKnownBrowser()
    {
        int tried = Enumerable.Range(0, 1000).Count(i => TryFrom($"address {i}"));

        Assert.Equal(SignInThrottle.AttemptsOfUnknownSources, tried);
        Assert.True(_throttle.TryBegin("ADA", "browser", isKnown: true));
        Assert.True(_throttle.TryBegin("BEN", "address 1", isKnown: false));
        _clock.Advance(SignInThrottle.LongestPause);
        Assert.True(TryFrom("a new address"));
    }

    [Fact]
    public void OldFailures_AreForgotten()
    {
        for (int i = 0; i < SignInThrottle.FreeAttempts - 1; i++)
            Assert.True(TryFrom("here"));
        _clock.Advance(TimeSpan.FromHours(2));

        for (int i = 0; i < SignInThrottle.FreeAttempts; i++)
            Assert.True(TryFrom("here"));
        Assert.False(TryFrom("here"));
    }

    [Fact]
    public void ClockThatIsSetForward_EndsNoPause()
    {
        for (int i = 0; i < SignInThrottle.FreeAttempts; i++)
            Assert.True(TryFrom("here"));

        _clock.Offset = TimeSpan.FromDays(1);

        Assert.False(TryFrom("here"));
    }

    /// <summary>A clock that somebody sets, while time passes as before.</summary>
    private sealed class SetClock : FakeTimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;

        public override long GetTimestamp() => base.GetUtcNow().Ticks;
    }

    private bool TryFrom(string source) => _throttle.TryBegin("ADA", source, isKnown: false);
}

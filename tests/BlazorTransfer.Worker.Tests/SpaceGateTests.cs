using BlazorTransfer.Core.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace BlazorTransfer.Worker.Tests;

public sealed class SpaceGateTests
{
    private readonly List<RunEvent> _events = [];
    private readonly FakeTimeProvider _clock = new();
    private long _free = 100;

    [Fact]
    public void Pass_WithSpace_SaysNothing()
    {
        Gate(100).Pass(CancellationToken.None);
        _free = 0;
        Gate(0).Pass(CancellationToken.None);

        Assert.Empty(_events);
    }

    [Fact]
    public async Task Pass_OnANearlyFullDisk_WaitsForSpace_AndSaysBoth()
    {
        _free = 99;
        Task waiting = Task.Run(() => Gate(100).Pass(CancellationToken.None));
        while (_events.Count == 0)
            await Task.Yield();
        Assert.False(waiting.IsCompleted);

        _free = 100;
        while (!waiting.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            await Task.Yield();
        }

        await waiting;
        Assert.Equal([MessageLevel.Warning, MessageLevel.Information], _events.Cast<MessageLogged>().Select(m => m.Level));
    }

    [Fact]
    public async Task Pass_OfACancelledRun_WaitsNoLonger()
    {
        _free = 0;
        using var cancel = new CancellationTokenSource();
        Task waiting = Task.Run(() => Gate(100).Pass(cancel.Token));

        await cancel.CancelAsync();

        await waiting;
        Assert.True(_events.Count <= 1);
    }

    private SpaceGate Gate(long minimum) => new(minimum, () => Interlocked.Read(ref _free), _events.Add, _clock);
}

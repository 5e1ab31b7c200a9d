using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Training.LabelKinds;
using BlazorTransfer.Training.Runs;

namespace BlazorTransfer.Training.Tests.Runs;

public class EpochMeterTests
{
    [Fact]
    public void DataWait_IsTheShareOfTimeUntilBatchesArrive()
    {
        var time = new ManualTime();
        var meter = new EpochMeter(TaskKind.Of(LabelKind.SingleLabel), time);

        foreach (int _ in meter.WaitFor(Slow(time, batches: 3)))
            time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(0.25, meter.DataWait, precision: 6);
    }

    private static IEnumerable<int> Slow(ManualTime time, int batches)
    {
        for (int i = 0; i < batches; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            yield return i;
        }
    }

    private sealed class ManualTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}

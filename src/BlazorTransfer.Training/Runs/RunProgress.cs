using System.Diagnostics;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.LabelKinds;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Runs;

/// <summary>Progress of a phase, at most a few events a second; the last one of a phase is always there.</summary>
public sealed class RunProgress(Action<RunEvent> emit)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Stopwatch _phaseClock = new();
    private readonly Stopwatch _sinceEvent = new();
    private RunPhase _phase;
    private long _total;
    private string _unit = "";
    private long _before;
    private bool _estimates;

    /// <param name="phase">What begins.</param>
    /// <param name="total">How much there is of it.</param>
    /// <param name="unit">Of what.</param>
    /// <param name="before">How much of it is done already.</param>
    /// <param name="estimates">Whether what comes takes as long as what was, so that the time left can be told.</param>
    public void Start(RunPhase phase, long total, string unit, long before = 0, bool estimates = true)
    {
        (_phase, _total, _unit, _before, _estimates) = (phase, total, unit, before, estimates);
        _phaseClock.Restart();
        Emit(before);
    }

    public void Report(long done)
    {
        if (done < _total && _sinceEvent.Elapsed < Pause)
            return;
        Emit(done);
    }

    public void Complete() => Emit(_total);

    private void Emit(long done)
    {
        double? secondsLeft =
            _estimates && done > _before && _phaseClock.Elapsed > TimeSpan.FromSeconds(1)
                ? _phaseClock.Elapsed.TotalSeconds * (_total - done) / (done - _before)
                : null;
        emit(
            new PhaseProgressed
            {
                Phase = _phase,
                Done = done,
                Total = _total,
                Unit = _unit,
                SecondsLeft = secondsLeft,
            }
        );
        _sinceEvent.Restart();
    }
}

/// <summary>Loss, agreement with the labels and speed over the steps of an epoch.</summary>
/// <param name="kind">Of the labels.</param>
/// <param name="time">The clock.</param>
internal sealed class EpochMeter(TaskKind kind, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _waited;
    private double _lossTimesImages;
    private long _agreed;
    private long _of;

    public int Steps { get; private set; }
    public long Images { get; private set; }
    public double Loss => _lossTimesImages / Images;

    /// <summary>The figure of <see cref="TaskKind.TrainKey"/>.</summary>
    public double Agreement => _of == 0 ? 0 : (double)_agreed / _of;

    public double ImagesPerSecond => Images / time.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Share of the time so far that was spent waiting for batches, 0…1.</summary>
    public double DataWait => _waited / time.GetElapsedTime(_start);

    /// <summary>The same batches; the time until each arrives counts as waiting.</summary>
    public IEnumerable<T> WaitFor<T>(IEnumerable<T> batches)
    {
        using IEnumerator<T> next = batches.GetEnumerator();
        while (true)
        {
            long start = time.GetTimestamp();
            bool hasNext = next.MoveNext();
            _waited += time.GetElapsedTime(start);
            if (!hasNext)
                yield break;
            yield return next.Current;
        }
    }

    /// <param name="loss">Mean loss of the batch.</param>
    /// <param name="logits">[N, classes].</param>
    /// <param name="targets">[N, …].</param>
    public void Add(double loss, Tensor logits, Tensor targets)
    {
        long count = targets.shape[0];
        Steps++;
        Images += count;
        _lossTimesImages += loss * count;
        (long agreed, long of) = kind.Agreement(logits, targets);
        (_agreed, _of) = (_agreed + agreed, _of + of);
    }
}

/// <summary>Merges steps so that at most four events a second leave the worker; the last step of an epoch always does.</summary>
internal sealed class StepThrottle(Action<RunEvent> emit)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Dictionary<string, double> _parts = [];
    private double _loss;
    private int _steps;
    private long _images;

    public void Completed(
        int epoch,
        long step,
        double loss,
        IReadOnlyDictionary<string, Tensor>? parts,
        double learningRate,
        int images,
        bool isLast
    )
    {
        _loss += loss;
        _steps++;
        _images += images;
        foreach ((string name, Tensor part) in parts ?? new Dictionary<string, Tensor>())
            _parts[name] = _parts.GetValueOrDefault(name) + part.item<float>();
        if (!isLast && _clock.Elapsed < Pause)
            return;
        emit(
            new StepCompleted
            {
                Epoch = epoch,
                Step = step,
                Loss = _loss / _steps,
                LossParts = _parts.Count == 0 ? null : _parts.ToDictionary(p => p.Key, p => p.Value / _steps),
                LearningRate = learningRate,
                ImagesPerSecond = _images / _clock.Elapsed.TotalSeconds,
            }
        );
        (_loss, _steps, _images) = (0, 0, 0);
        _parts.Clear();
        _clock.Restart();
    }
}

using BlazorTransfer.Core.Diagnostics;
using BlazorTransfer.Web.Components;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.SystemCheck;

/// <summary>This machine for administrators: advice on precision and space, then the hardware and what was measured on it.</summary>
public sealed partial class SystemCheckPage : IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private SystemCheckResult? _last;
    private bool _isChecking;

    [Inject]
    private SystemCheckService Checks { get; set; } = null!;

    private SystemReport Report => _last!.Report;

    private IEnumerable<(string Name, string Value)> Machine =>
        [
            (T["Processor"], Report.Processor.Name),
            (T["Instructions"], Report.Processor.Features.Count > 0 ? string.Join(", ", Report.Processor.Features) : T["NoInstructions"]),
            (T["Threads"], T["ThreadsOf", Report.Processor.Threads, Report.Processor.ComputeThreads]),
            (T["Memory"], Text(Report.Memory)),
            (T["Disk"], Text(Report.Disk)),
            (T["Libtorch"], T["LibtorchOf", Report.Libtorch.Version ?? T["UnknownVersion"], Report.Libtorch.TorchSharpVersion]),
            (T["Worker"], Report.WorkerVersion),
        ];

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _last = Checks.Last(User);
    }

    private async Task CheckAsync()
    {
        _isChecking = true;
        await AttemptAsync(async () => _last = await Checks.RunAsync(User, _closed.Token));
        _isChecking = false;
    }

    private string Text(Capacity capacity) => T["Free", Format.Bytes(capacity.FreeBytes), Format.Bytes(capacity.TotalBytes)];

    private string Name(NumericPrecision precision) =>
        precision switch
        {
            NumericPrecision.Float32 => T["Single"],
            NumericPrecision.Tf32 => "TF32",
            NumericPrecision.BFloat16 => "bfloat16",
            _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, null),
        };

    private string Name(MeasuredOperation operation) =>
        operation switch
        {
            MeasuredOperation.MatrixProduct => T["MatrixProduct"],
            MeasuredOperation.Convolution => T["Convolution"],
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, null),
        };

    /// <summary>Speed of a measurement relative to single precision on the same device.</summary>
    private string Speed(PrecisionMeasurement measurement) =>
        Report.Measurements.FirstOrDefault(m =>
            m.Precision == NumericPrecision.Float32 && m.Device == measurement.Device && m.Operation == measurement.Operation
        )
            is { } single
            ? $"{single.Milliseconds / measurement.Milliseconds:0.0} ×"
            : "–";
}

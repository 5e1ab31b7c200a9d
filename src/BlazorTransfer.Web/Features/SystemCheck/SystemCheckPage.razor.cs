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
            ("Processor", Report.Processor.Name),
            (
                "Instruction sets",
                Report.Processor.Features.Count > 0 ? string.Join(", ", Report.Processor.Features) : "none of those that matter"
            ),
            ("Threads", $"{Report.Processor.Threads}, of which libtorch uses {Report.Processor.ComputeThreads}"),
            ("Memory", Text(Report.Memory)),
            ("Disk of the data folder", Text(Report.Disk)),
            ("libtorch", $"{Report.Libtorch.Version ?? "unknown version"}, TorchSharp {Report.Libtorch.TorchSharpVersion}"),
            ("Worker", Report.WorkerVersion),
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

    private static string Text(Capacity capacity) => $"{Format.Bytes(capacity.FreeBytes)} of {Format.Bytes(capacity.TotalBytes)} free";

    private static string Name(NumericPrecision precision) =>
        precision switch
        {
            NumericPrecision.Float32 => "Single precision",
            NumericPrecision.Tf32 => "TF32",
            NumericPrecision.BFloat16 => "bfloat16",
            _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, null),
        };

    private static string Name(MeasuredOperation operation) =>
        operation switch
        {
            MeasuredOperation.MatrixProduct => "Matrix product",
            MeasuredOperation.Convolution => "Convolution",
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

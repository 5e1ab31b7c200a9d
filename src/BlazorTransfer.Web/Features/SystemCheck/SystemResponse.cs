using BlazorTransfer.Core.Diagnostics;

namespace BlazorTransfer.Web.Features.SystemCheck;

/// <summary>What programs see of the last system check: no folder of the server.</summary>
/// <param name="CheckedAt">When it was checked; null where it never was.</param>
/// <param name="Report">The result; null where the system was never checked.</param>
internal sealed record SystemResponse(DateTimeOffset? CheckedAt, SystemReportResponse? Report)
{
    public static SystemResponse Of(SystemCheckResult? result) =>
        new(result?.CheckedAt, result is null ? null : SystemReportResponse.Of(result.Report));
}

/// <inheritdoc cref="SystemReport"/>
internal sealed record SystemReportResponse(
    string WorkerVersion,
    IReadOnlyList<string> Verdicts,
    ProcessorResponse Processor,
    CapacityResponse Memory,
    CapacityResponse Disk,
    LibtorchResponse Libtorch,
    IReadOnlyList<GpuResponse> Gpus,
    int UsableGpus,
    IReadOnlyList<PrecisionMeasurementResponse> Measurements
)
{
    public static SystemReportResponse Of(SystemReport report) =>
        new(
            report.WorkerVersion,
            [.. report.Verdicts.Select(v => v.English)],
            new(
                report.Processor.Name,
                report.Processor.Features,
                report.Processor.Threads,
                report.Processor.ComputeThreads,
                report.Processor.HasBFloat16
            ),
            CapacityResponse.Of(report.Memory),
            CapacityResponse.Of(report.Disk),
            new(report.Libtorch.Version, report.Libtorch.TorchSharpVersion),
            [
                .. report.Gpus.Select(g => new GpuResponse(
                    g.Index,
                    g.Name,
                    CapacityResponse.Of(g.Memory),
                    g.ComputeCapability,
                    g.DriverVersion
                )),
            ],
            report.UsableGpus,
            [
                .. report.Measurements.Select(m => new PrecisionMeasurementResponse(
                    m.Device,
                    m.Precision,
                    m.Operation,
                    m.Milliseconds,
                    m.Error,
                    m.Tolerance,
                    m.IsCorrect
                )),
            ]
        );
}

/// <inheritdoc cref="ProcessorInfo"/>
internal sealed record ProcessorResponse(string Name, IReadOnlyList<string> Features, int Threads, int ComputeThreads, bool HasBFloat16);

/// <inheritdoc cref="Capacity"/>
internal sealed record CapacityResponse(long FreeBytes, long TotalBytes)
{
    public static CapacityResponse Of(Capacity capacity) => new(capacity.FreeBytes, capacity.TotalBytes);
}

/// <summary>Versions of the libraries that compute.</summary>
internal sealed record LibtorchResponse(string? Version, string TorchSharpVersion);

/// <inheritdoc cref="GpuInfo"/>
internal sealed record GpuResponse(int Index, string Name, CapacityResponse Memory, string? ComputeCapability, string DriverVersion);

/// <inheritdoc cref="PrecisionMeasurement"/>
internal sealed record PrecisionMeasurementResponse(
    string Device,
    NumericPrecision Precision,
    MeasuredOperation Operation,
    double Milliseconds,
    double Error,
    double Tolerance,
    bool IsCorrect
);

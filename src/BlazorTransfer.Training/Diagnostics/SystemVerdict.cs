using System.Globalization;
using BlazorTransfer.Core.Diagnostics;

namespace BlazorTransfer.Training.Diagnostics;

/// <summary>Turns what was found on a machine into advice.</summary>
public static class SystemVerdict
{
    /// <summary>A gain below this is within the variation between two measurements.</summary>
    private const double WorthChanging = 1.15;

    private const long LowMemory = 4L << 30,
        LowDisk = 10L << 30;

    /// <summary>Sentences for people; wrong results come first, since they make speed irrelevant.</summary>
    /// <param name="report">The machine; its own verdicts are not read.</param>
    public static IReadOnlyList<string> Of(SystemReport report) =>
        [
            .. Wrong(report),
            .. Unused(report),
            .. report.Measurements.Select(m => m.Device).Distinct().SelectMany(d => Speed(report, d)),
            .. Space(report),
        ];

    private static IEnumerable<string> Wrong(SystemReport report) =>
        report
            .Measurements.Where(m => !m.IsCorrect)
            .Select(m =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Do not use {Name(m.Precision)} on {Name(m.Device)}: the {Name(m.Operation)} differs from the CPU's by {m.Error:P2}, "
                        + $"and rounding explains only {m.Tolerance:P2}. Check the driver and the libtorch version."
                )
            );

    private static IEnumerable<string> Unused(SystemReport report)
    {
        if (report.Gpus.Count > 0 && report.UsableGpus == 0)
            yield return "The GPU is not used: this libtorch is built for the CPU, or its CUDA version does not fit the driver. Build with "
                + "-p:TorchBackend=cuda, or set BLAZORTRANSFER_LIBTORCH to the torch/lib folder of a PyTorch with CUDA.";
    }

    private static IEnumerable<string> Speed(SystemReport report, string device)
    {
        PrecisionMeasurement[] correct = [.. report.Measurements.Where(m => m.Device == device && m.IsCorrect)];
        Dictionary<NumericPrecision, double> gains = new[] { NumericPrecision.Tf32, NumericPrecision.BFloat16 }
            .Select(p => (Precision: p, Gain: Gain(correct, p)))
            .Where(p => p.Gain is not null)
            .ToDictionary(p => p.Precision, p => p.Gain!.Value);
        if (gains.Count == 0)
            yield break;

        (NumericPrecision best, double gain) = gains.MaxBy(g => g.Value);
        if (gain >= WorthChanging)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Use {Name(best)} on {Name(device)}: {Factor(gain)} times as fast as single precision."
            );
        foreach ((NumericPrecision precision, double other) in gains.Where(g => g.Key != best || gain < WorthChanging))
            yield return other switch
            {
                >= WorthChanging => string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Sentence(precision)} on {Name(device)} is {Factor(other)} times as fast as single precision."
                ),
                > 1 / WorthChanging => string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Sentence(precision)} on {Name(device)} is about as fast as single precision, so keep single precision."
                ),
                _ => string.Create(
                    CultureInfo.InvariantCulture,
                    $"Keep single precision on {Name(device)}: {Name(precision)} is {Factor(1 / other)} times slower "
                        + $"here{Cause(report, device, precision)}."
                ),
            };
    }

    private static string Cause(SystemReport report, string device, NumericPrecision precision) =>
        device == "cpu" && precision == NumericPrecision.BFloat16 && !report.Processor.HasBFloat16
            ? " (the CPU has no bfloat16 instructions)"
            : "";

    private static IEnumerable<string> Space(SystemReport report)
    {
        if (report.Memory.FreeBytes < LowMemory)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Little memory is free ({Gibibytes(report.Memory.FreeBytes)} GiB). Use small batches, or close other programs."
            );
        if (report.Disk.FreeBytes < LowDisk)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Little disk space is free ({Gibibytes(report.Disk.FreeBytes)} GiB in the data folder). Delete old runs or data sets."
            );
    }

    /// <summary>The speed relative to single precision, as the geometric mean over operations; null if nothing can be compared.</summary>
    private static double? Gain(PrecisionMeasurement[] measurements, NumericPrecision precision)
    {
        double[] logarithms =
        [
            .. from m in measurements
            where m.Precision == precision
            from single in measurements
            where single.Precision == NumericPrecision.Float32 && single.Operation == m.Operation
            select Math.Log(single.Milliseconds / m.Milliseconds),
        ];
        return logarithms.Length == 0 ? null : Math.Exp(logarithms.Average());
    }

    private static string Factor(double factor) => string.Create(CultureInfo.InvariantCulture, $"{factor:F1}");

    private static string Gibibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / (1L << 30):F1}");

    private static string Name(string device) => device == "cpu" ? "the CPU" : device;

    private static string Name(MeasuredOperation operation) =>
        operation switch
        {
            MeasuredOperation.MatrixProduct => "matrix product",
            MeasuredOperation.Convolution => "convolution",
            _ => throw new InvalidOperationException($"No name for {operation}."),
        };

    private static string Name(NumericPrecision precision) =>
        precision switch
        {
            NumericPrecision.Float32 => "single precision",
            NumericPrecision.Tf32 => "TF32",
            NumericPrecision.BFloat16 => "bfloat16",
            _ => throw new InvalidOperationException($"No name for {precision}."),
        };

    private static string Sentence(NumericPrecision precision) => precision == NumericPrecision.BFloat16 ? "Bfloat16" : Name(precision);
}

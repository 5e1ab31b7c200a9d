using BlazorTransfer.Core.Diagnostics;
using BlazorTransfer.Core.Messages;

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
    public static IReadOnlyList<Message> Of(SystemReport report) =>
        [
            .. Wrong(report),
            .. Unused(report),
            .. report.Measurements.Select(m => m.Device).Distinct().SelectMany(d => Speed(report, d)),
            .. Space(report),
        ];

    private static IEnumerable<Message> Wrong(SystemReport report) =>
        report
            .Measurements.Where(m => !m.IsCorrect)
            .Select(m =>
                Message.Of(
                    "system.wrong",
                    $"Do not use {Name(m.Precision)} on {Name(m.Device)}: the {Name(m.Operation)} differs from the CPU's by {m.Error:P2}, "
                        + $"and rounding explains only {m.Tolerance:P2}. Check the driver and the libtorch version."
                )
            );

    private static IEnumerable<Message> Unused(SystemReport report)
    {
        if (report.Gpus.Count > 0 && report.UsableGpus == 0)
            yield return Message.Of(
                "system.gpu-unused",
                $"The GPU is not used: this libtorch is built for the CPU, or its CUDA version does not fit the driver. Build with "
                    + $"-p:TorchBackend=cuda, or set BLAZORTRANSFER_LIBTORCH to the torch/lib folder of a PyTorch with CUDA."
            );
    }

    private static IEnumerable<Message> Speed(SystemReport report, string device)
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
            yield return Message.Of("system.faster", $"Use {Name(best)} on {Name(device)}: {gain:F1} times as fast as single precision.");
        foreach ((NumericPrecision precision, double other) in gains.Where(g => g.Key != best || gain < WorthChanging))
            yield return other switch
            {
                >= WorthChanging => Message.Of(
                    "system.also-faster",
                    $"{Sentence(precision)} on {Name(device)} is {other:F1} times as fast as single precision."
                ),
                > 1 / WorthChanging => Message.Of(
                    "system.as-fast",
                    $"{Sentence(precision)} on {Name(device)} is about as fast as single precision, so keep single precision."
                ),
                _ when LacksInstructions(report, device, precision) => Message.Of(
                    "system.slower-without-instructions",
                    $"Keep single precision on {Name(device)}: {Name(precision)} is {1 / other:F1} times slower here (the CPU has no "
                        + $"bfloat16 "
                        + $"instructions)."
                ),
                _ => Message.Of(
                    "system.slower",
                    $"Keep single precision on {Name(device)}: {Name(precision)} is {1 / other:F1} times slower here."
                ),
            };
    }

    private static bool LacksInstructions(SystemReport report, string device, NumericPrecision precision) =>
        device == "cpu" && precision == NumericPrecision.BFloat16 && !report.Processor.HasBFloat16;

    private static IEnumerable<Message> Space(SystemReport report)
    {
        if (report.Memory.FreeBytes < LowMemory)
            yield return Message.Of(
                "system.little-memory",
                $"Little memory is free ({(double)report.Memory.FreeBytes / (1L << 30):F1} GiB). Use small batches, or close other "
                    + $"programs."
            );
        if (report.Disk.FreeBytes < LowDisk)
            yield return Message.Of(
                "system.little-disk",
                $"Little disk space is free ({(double)report.Disk.FreeBytes / (1L << 30):F1} GiB in the data folder). Delete old "
                    + $"runs or data sets."
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

    private static Message Name(string device) => device == "cpu" ? Message.Of("system.the-cpu", $"the CPU") : Message.Plain(device);

    private static Message Name(MeasuredOperation operation) =>
        operation switch
        {
            MeasuredOperation.MatrixProduct => Message.Of("system.matrix-product", $"matrix product"),
            MeasuredOperation.Convolution => Message.Of("system.convolution", $"convolution"),
            _ => throw new InvalidOperationException($"No name for {operation}."),
        };

    private static Message Name(NumericPrecision precision) =>
        precision switch
        {
            NumericPrecision.Float32 => Message.Of("system.single-precision", $"single precision"),
            NumericPrecision.Tf32 => Message.Plain("TF32"),
            NumericPrecision.BFloat16 => Message.Plain("bfloat16"),
            _ => throw new InvalidOperationException($"No name for {precision}."),
        };

    private static Message Sentence(NumericPrecision precision) =>
        precision == NumericPrecision.BFloat16 ? Message.Plain("Bfloat16") : Name(precision);
}

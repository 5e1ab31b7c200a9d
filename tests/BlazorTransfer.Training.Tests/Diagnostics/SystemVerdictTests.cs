using BlazorTransfer.Core.Diagnostics;
using BlazorTransfer.Training.Diagnostics;

namespace BlazorTransfer.Training.Tests.Diagnostics;

public class SystemVerdictTests
{
    private const long Gibibyte = 1L << 30;

    private static SystemReport Machine(params PrecisionMeasurement[] measurements) =>
        new()
        {
            WorkerVersion = "1.0.0",
            Processor = new ProcessorInfo("Test CPU", ["AVX2"], 4, 4, HasBFloat16: false),
            Libtorch = new LibtorchInfo("2.10.0", "0.107.0", "/libtorch"),
            Gpus = [],
            UsableGpus = 0,
            Measurements = measurements,
            Memory = new Capacity(16 * Gibibyte, 32 * Gibibyte),
            Disk = new Capacity(100 * Gibibyte, 200 * Gibibyte),
            Folder = "/data",
            Verdicts = [],
        };

    /// <summary>Both operations of a precision, in the same time.</summary>
    private static PrecisionMeasurement[] Both(string device, NumericPrecision precision, double milliseconds, double error = 0) =>
        [
            new(device, precision, MeasuredOperation.MatrixProduct, milliseconds, error, Tolerance: 0.01),
            new(device, precision, MeasuredOperation.Convolution, milliseconds, error, Tolerance: 0.01),
        ];

    [Fact]
    public void Of_CpuWithoutBFloat16_KeepsSinglePrecision()
    {
        SystemReport machine = Machine([.. Both("cpu", NumericPrecision.Float32, 10), .. Both("cpu", NumericPrecision.BFloat16, 80)]);

        Assert.Equal(
            "Keep single precision on the CPU: bfloat16 is 8.0 times slower here (the CPU has no bfloat16 instructions).",
            Assert.Single(SystemVerdict.Of(machine))
        );
    }

    [Fact]
    public void Of_CpuWithBFloat16_RecommendsItWithTheGain()
    {
        SystemReport machine = Machine([.. Both("cpu", NumericPrecision.Float32, 19), .. Both("cpu", NumericPrecision.BFloat16, 10)]);

        Assert.Equal("Use bfloat16 on the CPU: 1.9 times as fast as single precision.", Assert.Single(SystemVerdict.Of(machine)));
    }

    [Fact]
    public void Of_EqualSpeed_KeepsSinglePrecision()
    {
        SystemReport machine = Machine([.. Both("cpu", NumericPrecision.Float32, 10.5), .. Both("cpu", NumericPrecision.BFloat16, 10)]);

        Assert.Equal(
            "Bfloat16 on the CPU is about as fast as single precision, so keep single precision.",
            Assert.Single(SystemVerdict.Of(machine))
        );
    }

    [Fact]
    public void Of_Gpu_RecommendsTheFastestAndNamesTheOther()
    {
        SystemReport machine = Machine([
            .. Both("cuda:0", NumericPrecision.Float32, 12),
            .. Both("cuda:0", NumericPrecision.Tf32, 4),
            .. Both("cuda:0", NumericPrecision.BFloat16, 2),
        ]) with
        {
            UsableGpus = 1,
        };

        Assert.Equal(
            ["Use bfloat16 on cuda:0: 6.0 times as fast as single precision.", "TF32 on cuda:0 is 3.0 times as fast as single precision."],
            SystemVerdict.Of(machine).Select(v => v.English)
        );
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(double.NaN)]
    public void Of_WrongResults_WarnsFirstAndNeverRecommendsThem(double error)
    {
        SystemReport machine = Machine([
            .. Both("cuda:0", NumericPrecision.Float32, 12),
            .. Both("cuda:0", NumericPrecision.Tf32, 4),
            .. Both("cuda:0", NumericPrecision.BFloat16, 2, error),
        ]);

        string[] verdicts = [.. SystemVerdict.Of(machine).Select(v => v.English)];

        Assert.StartsWith("Do not use bfloat16 on cuda:0: the matrix product", verdicts[0], StringComparison.Ordinal);
        Assert.DoesNotContain(verdicts, v => v.StartsWith("Use bfloat16", StringComparison.Ordinal));
        Assert.Contains("Use TF32 on cuda:0: 3.0 times as fast as single precision.", verdicts);
    }

    [Fact]
    public void Of_GpuThatLibtorchCannotUse_SaysHowToUseIt()
    {
        SystemReport machine = Machine() with
        {
            Gpus = [new GpuInfo(0, "NVIDIA H100", new Capacity(80 * Gibibyte, 80 * Gibibyte), "9.0", "580.1")],
        };

        Assert.Contains("BLAZORTRANSFER_LIBTORCH", Assert.Single(SystemVerdict.Of(machine)), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_LittleMemoryAndDisk_WarnsWithTheAmounts()
    {
        SystemReport machine = Machine() with
        {
            Memory = new Capacity(Gibibyte * 3 / 2, 8 * Gibibyte),
            Disk = new Capacity(2 * Gibibyte, 8 * Gibibyte),
        };

        Assert.Collection(
            SystemVerdict.Of(machine),
            memory => Assert.Contains("1.5 GiB", memory, StringComparison.Ordinal),
            disk => Assert.Contains("2.0 GiB in the data folder", disk, StringComparison.Ordinal)
        );
    }
}

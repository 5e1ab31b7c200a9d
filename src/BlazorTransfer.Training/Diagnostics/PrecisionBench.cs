using BlazorTransfer.Core.Diagnostics;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Diagnostics;

/// <summary>Times a matrix product and a convolution in each precision of a device, and compares the results with the CPU's.</summary>
internal static class PrecisionBench
{
    private const int Seed = 1;

    // Single precision differs by the order of summation only. TF32 keeps 11 significant bits of each factor (a rounding error of 2⁻¹¹),
    // bfloat16 keeps 8 (2⁻⁸ with the rounding of the result). Each has room for the worst of many sums of random terms.
    private const double Float32Tolerance = 1e-4,
        Tf32Tolerance = 5e-3,
        BFloat16Tolerance = 2e-2;

    /// <summary>Measures a device in the precisions that it knows.</summary>
    public static IReadOnlyList<PrecisionMeasurement> Measure(Device device, string name) =>
        [.. Operations(device).SelectMany(o => Precisions(device).Select(p => Measure(device, name, o.Operation, p, o.Inputs, o.Compute)))];

    private static IEnumerable<NumericPrecision> Precisions(Device device) =>
        device.type == DeviceType.CUDA
            ? [NumericPrecision.Float32, NumericPrecision.Tf32, NumericPrecision.BFloat16]
            : [NumericPrecision.Float32, NumericPrecision.BFloat16];

    // A GPU needs more work than a CPU before the time for starting a kernel is small beside it.
    private static IEnumerable<(MeasuredOperation Operation, Func<Tensor[]> Inputs, Func<Tensor[], Tensor> Compute)> Operations(
        Device device
    )
    {
        bool gpu = device.type == DeviceType.CUDA;
        long side = gpu ? 4096 : 1024,
            images = gpu ? 64 : 8,
            channels = gpu ? 128 : 64;
        yield return (
            MeasuredOperation.MatrixProduct,
            () => [randn(side, side), randn(side, side)],
            factors => factors[0].matmul(factors[1])
        );
        yield return (
            MeasuredOperation.Convolution,
            () => [ChannelsLast(randn(images, channels, 56, 56)), ChannelsLast(randn(channels, channels, 3, 3))],
            factors => nn.functional.conv2d(factors[0], factors[1], padding: [1, 1])
        );
    }

    private static PrecisionMeasurement Measure(
        Device device,
        string name,
        MeasuredOperation operation,
        NumericPrecision precision,
        Func<Tensor[]> create,
        Func<Tensor[], Tensor> compute
    )
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        manual_seed(Seed);
        Tensor[] inputs = create();
        Tensor expected = compute(inputs);

        bool before = Devices.UsesTf32;
        Devices.UsesTf32 = precision == NumericPrecision.Tf32;
        try
        {
            ScalarType type = precision == NumericPrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
            Tensor[] there = [.. inputs.Select(t => t.to(device).to_type(type))];
            using Tensor found = compute(there).to_type(ScalarType.Float32).cpu();
            double error = found.Minus(expected).abs().max().item<float>() / expected.abs().max().item<float>();
            double callsPerSecond = SpeedMeter.Rate(1, device, () => compute(there));
            return new PrecisionMeasurement(name, precision, operation, 1000 / callsPerSecond, error, Tolerance(precision));
        }
        finally
        {
            Devices.UsesTf32 = before;
        }
    }

    private static double Tolerance(NumericPrecision precision) =>
        precision switch
        {
            NumericPrecision.Float32 => Float32Tolerance,
            NumericPrecision.Tf32 => Tf32Tolerance,
            NumericPrecision.BFloat16 => BFloat16Tolerance,
            _ => throw new InvalidOperationException($"No tolerance for {precision}."),
        };

    private static Tensor ChannelsLast(Tensor maps) => maps.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}

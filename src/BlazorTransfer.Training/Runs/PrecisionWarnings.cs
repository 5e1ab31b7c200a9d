using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Settings;
using TorchSharp;

namespace BlazorTransfer.Training.Runs;

/// <summary>What a user who asked for bfloat16 should know before the run goes on.</summary>
internal static class PrecisionWarnings
{
    /// <param name="run">The run.</param>
    /// <param name="processorHasBFloat16">See <see cref="Devices.ProcessorHasBFloat16"/>.</param>
    public static IEnumerable<string> Of(TrainingRun run, bool processorHasBFloat16)
    {
        bool steps = run.Stages.Any(s => s.AsksForHalf),
            features = run.Settings.Choice(CommonParameters.FrozenPrecision) == CommonParameters.BFloat16;
        if (steps && !run.Stages.Any(s => s.IsHalf(run.Model)))
            yield return "Nothing is computed in bfloat16: only the head learns, which it does in single precision. 'Precision of frozen "
                + "layers' is what counts here.";
        if ((steps || features) && !processorHasBFloat16 && run.Model.Device.type == DeviceType.CPU)
            yield return "This processor has no instructions for bfloat16 (AVX-512 BF16 or AMX): it computes, but slower than in single "
                + "precision.";
    }
}

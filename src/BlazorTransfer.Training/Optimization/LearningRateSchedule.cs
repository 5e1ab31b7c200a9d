using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Methods;

namespace BlazorTransfer.Training.Optimization;

/// <summary>The learning rate over a run, as a factor of the chosen one.</summary>
/// <param name="kind"><c>constant</c>, <c>cosine</c> or <c>step</c>.</param>
/// <param name="warmUpSteps">Steps of linear rise.</param>
/// <param name="totalSteps">Steps of the whole run.</param>
public sealed class LearningRateSchedule(string kind, long warmUpSteps, long totalSteps)
{
    public static LearningRateSchedule From(ParameterSet settings, int stepsPerEpoch)
    {
        int epochs = settings.Integer(CommonParameters.Epochs);
        // A warm-up longer than half the run would leave nothing to warm up for.
        double warmUp = Math.Min(settings.Number(CommonParameters.WarmUpEpochs), epochs / 2.0);
        return new LearningRateSchedule(settings.Choice(CommonParameters.Schedule), (long)(warmUp * stepsPerEpoch), (long)epochs * stepsPerEpoch);
    }

    /// <param name="step">Step over the run, from 0.</param>
    public double Factor(long step)
    {
        if (step < warmUpSteps) return (step + 1.0) / (warmUpSteps + 1);
        double progress = (double)(step - warmUpSteps) / Math.Max(1, totalSteps - warmUpSteps);
        return kind switch
        {
            "constant" => 1,
            // 0.5 · (1 + cos(π · progress)): Loshchilov and Hutter, SGDR, 2016
            "cosine" => 0.5 * (1 + Math.Cos(Math.PI * progress)),
            "step" => progress < 2.0 / 3 ? 1 : 0.1,
            _ => throw new ArgumentException($"There is no schedule '{kind}'.", nameof(kind)),
        };
    }
}

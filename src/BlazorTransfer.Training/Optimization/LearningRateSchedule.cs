using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Settings;

namespace BlazorTransfer.Training.Optimization;

/// <summary>The learning rate over a run, as a factor of the chosen one.</summary>
/// <param name="kind"><c>constant</c>, <c>cosine</c>, <c>one-cycle</c>, <c>step</c> or <c>plateau</c>.</param>
/// <param name="warmUpSteps">Steps of linear rise.</param>
/// <param name="totalSteps">Steps of the whole run.</param>
public sealed class LearningRateSchedule(string kind, long warmUpSteps, long totalSteps)
{
    // Smith, "A disciplined approach to neural network hyper-parameters", 2018, with the numbers of PyTorch's OneCycleLR.
    private const double RisingShare = 0.3;
    private const double StartingFactor = 1.0 / 25;

    // How "plateau" falls: as PyTorch's ReduceLROnPlateau, with less patience, as transfer takes few epochs.
    private const double PlateauFactor = 0.1;
    private const int PlateauPatience = 3;

    private double _plateau = 1;
    private int _epochsWithoutGain;

    public static LearningRateSchedule From(ParameterSet settings, int stepsPerEpoch)
    {
        int epochs = settings.Integer(CommonParameters.Epochs);
        // A warm-up longer than half the run would leave nothing to warm up for.
        double warmUp = Math.Min(settings.Number(CommonParameters.WarmUpEpochs), epochs / 2.0);
        return new LearningRateSchedule(
            settings.Choice(CommonParameters.Schedule),
            (long)(warmUp * stepsPerEpoch),
            (long)epochs * stepsPerEpoch
        );
    }

    /// <summary>Tells the schedule how an epoch ended; only <c>plateau</c> listens.</summary>
    public void EndEpoch(bool isBest)
    {
        _epochsWithoutGain = isBest ? 0 : _epochsWithoutGain + 1;
        if (_epochsWithoutGain < PlateauPatience)
            return;
        _plateau *= PlateauFactor;
        _epochsWithoutGain = 0;
    }

    /// <param name="step">Step over the run, from 0.</param>
    public double Factor(long step)
    {
        if (kind == "one-cycle")
            return OneCycle((double)step / Math.Max(1, totalSteps));
        if (step < warmUpSteps)
            return (step + 1.0) / (warmUpSteps + 1);
        double progress = (double)(step - warmUpSteps) / Math.Max(1, totalSteps - warmUpSteps);
        return kind switch
        {
            "constant" => 1,
            "plateau" => _plateau,
            // 0.5 · (1 + cos(π · progress)): Loshchilov and Hutter, SGDR, 2016
            "cosine" => Falling(progress),
            "step" => progress < 2.0 / 3 ? 1 : 0.1,
            _ => throw new ArgumentException($"There is no schedule '{kind}'.", nameof(kind)),
        };
    }

    private static double OneCycle(double progress) =>
        progress < RisingShare
            ? StartingFactor + (1 - StartingFactor) * (1 - Falling(progress / RisingShare))
            : Falling((progress - RisingShare) / (1 - RisingShare));

    private static double Falling(double progress) => 0.5 * (1 + Math.Cos(Math.PI * progress));
}

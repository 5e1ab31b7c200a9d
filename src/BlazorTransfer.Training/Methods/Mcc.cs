using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Models;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Minimum class confusion: predictions on the target are pushed to be of one class or the other, not of two at once (Jin et al., "Minimum
/// Class
/// Confusion for Versatile Domain Adaptation", 2020). The domains are not compared at all.
/// </summary>
internal sealed class Mcc(ParameterSet settings) : DomainAdaptation(settings)
{
    private const string Temperature = "confusion-temperature";

    public static new TransferMethodSpec Spec { get; } =
        Deep(
            "mcc",
            "MCC",
            "Reduces the confusion between classes on target images.",
            "Strong when the classes are clear in the target; try it beside a method that compares the domains.",
            "Jin et al., Minimum Class Confusion for Versatile Domain Adaptation, 2020",
            AdaptationParameters(
                1.0,
                new ParameterSpec
                {
                    Name = Temperature,
                    DisplayName = "Temperature (T)",
                    Kind = ParameterKind.Number,
                    Default = 2.5,
                    Minimum = 0.1,
                    Maximum = 20,
                    Advanced = true,
                    Help = "Softens the predictions before they are compared. The paper uses 2.5.",
                }
            )
        );

    protected override IEnumerable<(string Name, Tensor Value)> Transfer(
        TransferModel model,
        DomainView source,
        DomainView target,
        Tensor labels
    )
    {
        yield return ("confusion", Weighted(MinimumClassConfusion.Loss(target.Logits, Settings.Number(Temperature))));
    }
}

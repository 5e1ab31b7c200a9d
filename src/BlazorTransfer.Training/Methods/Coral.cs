using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Adaptation;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// CORAL: the source's features are whitened and coloured again with the target's covariance, so that a classifier of them is at home on
/// the
/// target: Xs (Cs + εI)^(−1/2) (Ct + εI)^(1/2) (Sun, Feng and Saenko, "Return of Frustratingly Easy Domain Adaptation", 2016).
/// </summary>
internal sealed class Coral(ParameterSet settings) : ShallowAdaptation(settings)
{
    private const string Ridge = "ridge";

    public static TransferMethodSpec Spec { get; } =
        Shallow(
            "coral",
            "CORAL",
            "Gives the source features the correlations of the target and learns from them.",
            "When features correlate differently in the two domains. It needs more images than the network has "
                + "features, or a large ridge.",
            "Sun et al., Return of Frustratingly Easy Domain Adaptation, 2016",
            [
                new ParameterSpec
                {
                    Name = Ridge,
                    DisplayName = "Ridge (ε)",
                    Kind = ParameterKind.Number,
                    Default = 100.0,
                    Minimum = 1e-3,
                    Maximum = 1000,
                    Logarithmic = true,
                    Help = "Added to both covariances. Raise it for few images; high values change little.",
                },
                .. ClassifierChoice,
            ]
        );

    protected override Alignment Align(DomainFeatures domains, CancellationToken cancel) =>
        new(SourceMap: CorrelationAlignment.Matrix(domains.Source, domains.Target, Settings.Number(Ridge)));
}

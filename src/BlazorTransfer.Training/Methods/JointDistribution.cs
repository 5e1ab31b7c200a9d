using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Adaptation;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Joint distribution adaptation: like TCA, but also each class's means are brought together, the target's classes being those that the
/// classifier of the round before believes in (Long et al., "Transfer Feature Learning with Joint Distribution Adaptation", 2013).
/// </summary>
internal sealed class JointDistribution(ParameterSet settings) : ShallowAdaptation(settings)
{
    private const string Rounds = "rounds";

    public static TransferMethodSpec Spec { get; } =
        Shallow(
            "jda",
            "JDA",
            "Aligns the means of the domains class by class, using predicted classes for the target.",
            "When the source-only baseline is right about most of the target already; otherwise its mistakes are " + "learned.",
            "Long et al., Transfer Feature Learning with Joint Distribution Adaptation, 2013",
            [
                ComponentsOf(40),
                // Its components have variance one, so that many of them are noise as loud as the rest.
                ClassifierDecayOf(0.1),
                Regularisation,
                new ParameterSpec
                {
                    Name = Rounds,
                    DisplayName = "Rounds",
                    Kind = ParameterKind.Integer,
                    Default = 10,
                    Minimum = 1,
                    Maximum = 100,
                    Unit = "rounds",
                    Advanced = true,
                    Help = "Largest number of times that the target's classes are predicted again.",
                },
                .. ClassifierChoice,
            ]
        );

    protected override Alignment Align(DomainFeatures domains, CancellationToken cancel)
    {
        using JointDistributionAdaptation adapted = JointDistributionAdaptation.Fit(
            domains.Source,
            domains.Labels,
            domains.Target,
            domains.Classes,
            Components,
            Mu,
            Settings.Integer(Rounds),
            ClassifierDecay,
            cancel
        );
        return new Alignment(adapted.Map.clone(), adapted.Map.clone());
    }
}

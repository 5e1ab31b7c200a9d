using BlazorTransfer.Core.Catalog;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Per-domain standardisation: each domain's features are brought to mean zero and deviation one by themselves, and the classifier of the
/// source is used as it is. What adaptive batch normalisation does in every layer (Li et al., "Revisiting Batch Normalization For Practical
/// Domain Adaptation", 2016), done once, on the last features.
/// </summary>
internal sealed class DomainStandardisation(ParameterSet settings) : ShallowAdaptation(settings)
{
    public static TransferMethodSpec Spec { get; } =
        Shallow(
            "domain-standardisation",
            "Per-domain standardisation",
            "Gives each feature the same mean and standard deviation in both domains and learns from the source.",
            "Try it first: it takes a moment, needs no settings, and is the baseline for every other method.",
            "Li et al., Revisiting Batch Normalization For Practical Domain Adaptation, 2016",
            [.. ClassifierChoice]
        ) with
        {
            Roles = [MethodRole.SuggestedForAdaptation],
        };
}

using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Adaptation;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Subspace alignment: each domain's features are reduced to their own principal directions, and the source's are turned onto the target's
/// (Fernando et al., "Unsupervised Visual Domain Adaptation Using Subspace Alignment", 2013).
/// </summary>
internal sealed class SubspaceAdaptation(ParameterSet settings) : ShallowAdaptation(settings)
{
    public static TransferMethodSpec Spec { get; } =
        Shallow(
            "subspace-alignment",
            "Subspace alignment",
            "Turns the source's principal directions onto the target's, and learns from what is left.",
            "For few images: it has a single setting, and drops what is noise in both domains.",
            "Fernando et al., Unsupervised Visual Domain Adaptation Using Subspace Alignment, 2013",
            [ComponentsOf(300), .. ClassifierChoice]
        );

    protected override Alignment Align(DomainFeatures domains, CancellationToken cancel)
    {
        using SubspaceAlignment aligned = SubspaceAlignment.Fit(domains.Source, domains.Target, Components);
        return new Alignment(aligned.SourceMap.clone(), aligned.TargetMap.clone());
    }
}

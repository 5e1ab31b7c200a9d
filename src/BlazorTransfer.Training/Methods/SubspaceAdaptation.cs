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
            "Aligns the principal directions of the source with those of the target and learns in that subspace.",
            "For few images: it has a single setting and removes noise in both domains.",
            "Fernando et al., Unsupervised Visual Domain Adaptation Using Subspace Alignment, 2013",
            [ComponentsOf(300), .. ClassifierChoice]
        );

    protected override Alignment Align(DomainFeatures domains, CancellationToken cancel)
    {
        using SubspaceAlignment aligned = SubspaceAlignment.Fit(domains.Source, domains.Target, Components);
        return new Alignment(aligned.SourceMap.clone(), aligned.TargetMap.clone());
    }
}

using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Classifiers;
using BlazorTransfer.Training.LabelKinds;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// TrAdaBoost: learns from the source and from a few labelled images of the target together, round by round. Images of the source that a
/// round gets
/// wrong lose weight, those of the target gain it (Dai et al., "Boosting for Transfer Learning", 2007). The paper's classifiers of the
/// second
/// half of the rounds vote; here, since a model has one head, their logits are averaged as they would vote. The unlabelled images of the
/// target say where its features lie, and no more.
/// </summary>
internal sealed class TransferBoosting(ParameterSet settings) : ShallowAdaptation(settings)
{
    private const string Rounds = "boosting-rounds";

    public static TransferMethodSpec Spec { get; } =
        Shallow(
            "tradaboost",
            "TrAdaBoost",
            "Learns from the source and a few labelled target images, and reduces the weight of source images " + "that contradict them.",
            "When you can label a few target images per class, and some source images are mislabelled or mean "
                + "something else there. Most of the gain comes from the labels: compare with one round.",
            "Dai et al., Boosting for Transfer Learning, 2007",
            new ParameterSpec
            {
                Name = Rounds,
                DisplayName = "Rounds",
                Kind = ParameterKind.Integer,
                Default = 10,
                Minimum = 1,
                Maximum = 200,
                Help =
                    "Classifiers that are fitted one after another; the second half of them predicts. More rounds drop "
                    + "more source images.",
            }
        ) with
        {
            UsesTargetLabels = true,
        };

    protected override (Alignment Aligned, IFittedClassifier Classifier) Solve(DomainFeatures domains, CancellationToken cancel)
    {
        bool[] isKnown = TaskKind.Of(LabelKind.SingleLabel).IsKnown(domains.TargetLabels).cpu().data<bool>().ToArray();
        using Tensor known = tensor(
            [.. Enumerable.Range(0, isKnown.Length).Where(i => isKnown[i]).Select(i => (long)i)],
            device: domains.Target.device
        );
        using TrAdaBoost boosted = TrAdaBoost.Fit(
            domains.Source,
            domains.Labels,
            domains.Target.index_select(0, known),
            domains.TargetLabels.index_select(0, known),
            domains.Classes,
            Settings.Integer(Rounds),
            ClassifierDecay,
            cancel
        );
        return (new Alignment(Weights: boosted.SourceWeights.clone()), boosted.SoftVote());
    }
}

using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Settings;

namespace BlazorTransfer.Training.Methods;

/// <summary>The only door to the methods: a new one is one file and one line here.</summary>
public static class TransferMethodRegistry
{
    // Groups compare methods with one another, so they stand here and not in the file of each.
    private static readonly (string Group, TransferMethodSpec Spec, Func<ParameterSet, TransferMethod> Create)[] Entries =
    [
        (MethodGroups.FrozenFeatures, LinearProbe.Spec, settings => new LinearProbe(settings)),
        (MethodGroups.FrozenFeatures, LogisticProbe.Spec, settings => new LogisticProbe(settings)),
        (MethodGroups.FineTuning, FineTuning.Spec, settings => new FineTuning(settings)),
        (MethodGroups.FineTuning, LpFt.Spec, settings => new LpFt(settings)),
        (MethodGroups.FineTuning, GradualUnfreezing.Spec, settings => new GradualUnfreezing(settings)),
        (MethodGroups.RegularisedFineTuning, L2Sp.Spec, settings => new L2Sp(settings)),
        (MethodGroups.RegularisedFineTuning, Bss.Spec, settings => new Bss(settings)),
        (MethodGroups.RegularisedFineTuning, Delta.Spec, settings => new Delta(settings)),
        (MethodGroups.RegularisedFineTuning, CoTuning.Spec, settings => new CoTuning(settings)),
        (MethodGroups.RegularisedFineTuning, LearningWithoutForgetting.Spec, settings => new LearningWithoutForgetting(settings)),
        (MethodGroups.OtherModels, Distillation.Spec, settings => new Distillation(settings)),
        (MethodGroups.MultiTask, MultiTask.Spec, settings => new MultiTask(settings)),
        (MethodGroups.AdaptationOfFeatures, DomainStandardisation.Spec, settings => new DomainStandardisation(settings)),
        (MethodGroups.AdaptationOfFeatures, Coral.Spec, settings => new Coral(settings)),
        (MethodGroups.AdaptationOfFeatures, SubspaceAdaptation.Spec, settings => new SubspaceAdaptation(settings)),
        (MethodGroups.AdaptationOfFeatures, TransferComponents.Spec, settings => new TransferComponents(settings)),
        (MethodGroups.AdaptationOfFeatures, JointDistribution.Spec, settings => new JointDistribution(settings)),
        (MethodGroups.AdaptationOfFeatures, Kmm.Spec, settings => new Kmm(settings)),
        (MethodGroups.AdaptationOfFeatures, DensityRatioWeighting.Spec, settings => new DensityRatioWeighting(settings)),
        (MethodGroups.AdaptationOfFeatures, TransferBoosting.Spec, settings => new TransferBoosting(settings)),
        (MethodGroups.AdaptationByTraining, Ddc.Spec, settings => new Ddc(settings)),
        (MethodGroups.AdaptationByTraining, Dan.Spec, settings => new Dan(settings)),
        (MethodGroups.AdaptationByTraining, DeepCoral.Spec, settings => new DeepCoral(settings)),
        (MethodGroups.AdaptationByTraining, Jan.Spec, settings => new Jan(settings)),
        (MethodGroups.AdaptationByTraining, Dann.Spec, settings => new Dann(settings)),
        (MethodGroups.AdaptationByTraining, Cdan.Spec, settings => new Cdan(settings)),
        (MethodGroups.AdaptationByTraining, Mcd.Spec, settings => new Mcd(settings)),
        (MethodGroups.AdaptationByTraining, Mcc.Spec, settings => new Mcc(settings)),
        (MethodGroups.AdaptationByTraining, AdaBn.Spec, settings => new AdaBn(settings)),
        (MethodGroups.RandomWeights, FromScratch.Spec, settings => new FromScratch(settings)),
    ];

    public static IReadOnlyList<TransferMethodSpec> All { get; } = [.. Entries.Select(e => e.Spec with { Group = e.Group })];

    /// <summary>Completes and checks the settings, and creates the method.</summary>
    /// <exception cref="TrainingException">There is no such method, or settings are wrong; the message names all of them.</exception>
    public static (TransferMethod Method, ParameterSet Settings) Create(string name, IReadOnlyDictionary<string, ParameterValue> chosen)
    {
        int index = Array.FindIndex(Entries, e => e.Spec.Name == name);
        if (index < 0)
            throw TrainingException.BadInput("method.unknown", $"There is no method named '{name}'. Known are: {All.Select(m => m.Name)}.");
        (ParameterSet? settings, IReadOnlyDictionary<string, Message> errors) = ParameterSet.Resolve(
            ParametersOf(Entries[index].Spec),
            chosen
        );
        if (settings is null)
            throw TrainingException.BadInput(Message.Join([.. errors.Values]));
        return (Entries[index].Create(settings), settings);
    }

    /// <summary>All parameters of a method, with its defaults.</summary>
    public static IReadOnlyList<ParameterSpec> ParametersOf(TransferMethodSpec method) => method.With(CommonParameters.All);
}

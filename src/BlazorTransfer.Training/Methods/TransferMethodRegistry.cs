using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Settings;

namespace BlazorTransfer.Training.Methods;

/// <summary>The only door to the methods: a new one is one file and one line here.</summary>
public static class TransferMethodRegistry
{
    private static readonly (TransferMethodSpec Spec, Func<ParameterSet, TransferMethod> Create)[] Entries =
    [
        (LinearProbe.Spec, settings => new LinearProbe(settings)),
        (LogisticProbe.Spec, settings => new LogisticProbe(settings)),
        (FineTuning.Spec, settings => new FineTuning(settings)),
        (LpFt.Spec, settings => new LpFt(settings)),
        (GradualUnfreezing.Spec, settings => new GradualUnfreezing(settings)),
        (L2Sp.Spec, settings => new L2Sp(settings)),
        (Bss.Spec, settings => new Bss(settings)),
        (Delta.Spec, settings => new Delta(settings)),
        (CoTuning.Spec, settings => new CoTuning(settings)),
        (LearningWithoutForgetting.Spec, settings => new LearningWithoutForgetting(settings)),
        (Distillation.Spec, settings => new Distillation(settings)),
        (MultiTask.Spec, settings => new MultiTask(settings)),
        (DomainStandardisation.Spec, settings => new DomainStandardisation(settings)),
        (Coral.Spec, settings => new Coral(settings)),
        (SubspaceAdaptation.Spec, settings => new SubspaceAdaptation(settings)),
        (TransferComponents.Spec, settings => new TransferComponents(settings)),
        (JointDistribution.Spec, settings => new JointDistribution(settings)),
        (Kmm.Spec, settings => new Kmm(settings)),
        (DensityRatioWeighting.Spec, settings => new DensityRatioWeighting(settings)),
        (TransferBoosting.Spec, settings => new TransferBoosting(settings)),
        (Ddc.Spec, settings => new Ddc(settings)),
        (Dan.Spec, settings => new Dan(settings)),
        (DeepCoral.Spec, settings => new DeepCoral(settings)),
        (Jan.Spec, settings => new Jan(settings)),
        (Dann.Spec, settings => new Dann(settings)),
        (Cdan.Spec, settings => new Cdan(settings)),
        (Mcd.Spec, settings => new Mcd(settings)),
        (Mcc.Spec, settings => new Mcc(settings)),
        (AdaBn.Spec, settings => new AdaBn(settings)),
        (FromScratch.Spec, settings => new FromScratch(settings)),
    ];

    public static IReadOnlyList<TransferMethodSpec> All { get; } = [.. Entries.Select(e => e.Spec)];

    /// <summary>Completes and checks the settings, and creates the method.</summary>
    /// <exception cref="TrainingException">There is no such method, or settings are wrong; the message names all of them.</exception>
    public static (TransferMethod Method, ParameterSet Settings) Create(string name, IReadOnlyDictionary<string, ParameterValue> chosen)
    {
        int index = Array.FindIndex(Entries, e => e.Spec.Name == name);
        if (index < 0)
            throw TrainingException.BadInput(
                $"There is no method named '{name}'. Known are: {string.Join(", ", All.Select(m => m.Name))}."
            );
        (ParameterSet? settings, IReadOnlyDictionary<string, string> errors) = ParameterSet.Resolve(
            ParametersOf(Entries[index].Spec),
            chosen
        );
        if (settings is null)
            throw TrainingException.BadInput(string.Join(" ", errors.Values));
        return (Entries[index].Create(settings), settings);
    }

    /// <summary>All parameters of a method, with its defaults.</summary>
    public static IReadOnlyList<ParameterSpec> ParametersOf(TransferMethodSpec method) =>
        [.. CommonParameters.All.Where(c => method.Parameters.All(p => p.Name != c.Name)), .. method.Parameters];
}

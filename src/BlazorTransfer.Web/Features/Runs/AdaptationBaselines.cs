using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>What a method of domain adaptation is compared with: the same learning without adaptation.</summary>
internal static class AdaptationBaselines
{
    /// <summary>The method that learns from the source alone as this one does from both; one that does not adapt is its own.</summary>
    public static TransferMethodSpec MethodFor(TransferMethodSpec method, Catalogue catalogue) =>
        (
            method.AdaptsToTarget
                ? catalogue.Methods.FirstOrDefault(m => m.Has(MethodRole.SourceOnlyBaseline) && m.FitsAtOnce == method.FitsAtOnce)
                : null
        ) ?? method;

    /// <summary>All settings that the other method knows, its defaults included: those are another method's.</summary>
    public static IReadOnlyDictionary<string, ParameterValue> Settings(ParameterSet settings, IReadOnlyList<ParameterSpec> known) =>
        settings.Values.Where(v => known.Any(k => k.Name == v.Key && k.Check(v.Value) is null)).ToDictionary(v => v.Key, v => v.Value);

    /// <summary>Whether any label of the target scores a run, so that there is something to compare; those that are learned from do
    /// not.</summary>
    public static bool IsScored(JobSpec job) =>
        job.Target is { } target
        && target
            .Data.Read()
            .Samples.Where(s => s.Label is not null && (target.Transductive || s.Split != Split.Train))
            .GroupBy(s => s.Label)
            .Any(c => c.Count() > (target.Transductive ? target.LabelledPerClass : 0));

    /// <summary>
    /// The run on the target's own labels; null where it cannot be: without labels among the target's training and validation images, or
    /// where
    /// those images are also scored.
    /// </summary>
    public static JobSpec? OracleOf(JobSpec sourceOnly)
    {
        if (sourceOnly.Target is not { Transductive: false } target)
            return null;
        DatasetManifest source = sourceOnly.Data.Read(),
            own = target.Data.Read();
        bool Has(Split split) => own.Of(split).Any(s => s.Label is not null);
        // The comparison is among the same classes.
        if (!Has(Split.Train) || !Has(Split.Validation) || own.Classes.Count < 2 || own.Classes.Except(source.Classes).Any())
            return null;
        // All labels that are learned from elsewhere, it has.
        return sourceOnly with { Data = target.Data, Target = target with { IsOracle = true, LabelledPerClass = 0 } };
    }
}

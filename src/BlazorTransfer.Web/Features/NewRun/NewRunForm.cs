using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>A section of the expert form in which something can be missing.</summary>
internal enum FormPart
{
    Domains,
    Network,
    Method,
    Settings,
}

/// <summary>A part of a run, as a link, a template or an earlier run names it.</summary>
public enum RunPart
{
    Dataset,
    Network,
    Weights,
    Teacher,

    /// <summary>A run whose model is the start.</summary>
    Start,

    /// <summary>A run whose settings are taken over.</summary>
    Run,
}

/// <summary>The choices of the expert form. A value is kept only if it differs from its default.</summary>
internal sealed partial class NewRunForm
{
    private readonly Catalogue _catalogue;

    private const int FewMethods = 8;

    private static readonly MethodRole[] CommonRoles =
    [
        MethodRole.SuggestedFirst,
        MethodRole.SuggestedWithMoreImages,
        MethodRole.SuggestedWithManyImages,
    ];

    // Somebody chose the method; before, it follows the advice.
    private bool _methodIsChosen;

    /// <param name="catalogue">Networks, methods and devices of the worker.</param>
    /// <param name="weights">Imported weights.</param>
    /// <param name="models">Finished runs to start from or learn from, the newest first.</param>
    /// <param name="dataset">The data set that is chosen at first.</param>
    /// <param name="domains">Source and target.</param>
    public NewRunForm(
        Catalogue catalogue,
        IReadOnlyList<BackboneWeights> weights,
        IReadOnlyList<Run> models,
        Dataset dataset,
        DomainForm domains
    )
    {
        (_catalogue, _weights, _models, Domains) = (catalogue, weights, models, domains);
        Dataset = dataset;
        // A network with installed weights is the better suggestion.
        Backbone = catalogue.Backbones.OrderByDescending(HasWeights).ThenByDescending(b => b == catalogue.DefaultBackbone).First();
        Weights = FittingWeights.FirstOrDefault();
        _randomIsChosen = Weights is null;
        // A linear probe needs weights.
        Method = (Weights is null ? catalogue.Methods.FirstOrDefault(m => !m.TakesWeights) : null) ?? catalogue.DefaultMethod;
    }

    /// <summary>The labelled images.</summary>
    public Dataset Dataset
    {
        get;
        set
        {
            Domains.UseSource(field = value);
            LabelSets.Use(Domains.TagsOf(value));
        }
    }

    /// <summary>Further label sets, for multi-task methods.</summary>
    public LabelSetForm LabelSets { get; } = new();

    /// <summary>Whether the chosen weights of label sets count: a run may learn them itself.</summary>
    public bool HasLabelSetWeights =>
        Specs.FirstOrDefault(s => s.Name == ParameterNames.TaskWeighting) is not { } weighting || Value(weighting) == weighting.Default;

    /// <summary>Source and target domain.</summary>
    public DomainForm Domains { get; }

    /// <summary>The first thing that is missing or wrong, in a sentence or two; null where the run can start.</summary>
    public string? Missing =>
        InputErrors.First
        ?? Domains.Missing
        ?? (NeedsWeights ? Texts<NewRunTexts>.Get("NeedsWeights", Backbone.DisplayName) : null)
        ?? EngineTexts.Of(MethodRequirements.Check(Method, Inputs).FirstOrDefault()?.Message)
        ?? LabelSets.WrongWeightFor(Method);

    // Choices for other methods stay in the form and are not sent.
    private MethodInputs Inputs =>
        new MethodInputs
        {
            HasWeights = Method.TakesWeights && !StartsFromNothing,
            WeightsHaveHead = Weights?.HeadClasses is { } classes ? classes > 0 : null,
            HasTeacher = Method.TakesTeacher && Teacher is not null,
            HasFinishedRuns = _models.Count > 0,
            HasTarget = Domains.IsOn,
            TargetHasLabels = Domains.HasLabels,
            LabelledPerClass = Method.UsesTargetLabels ? Domains.LabelledPerClass : 0,
            Labels = Dataset.Latest.Kind,
            LabelSets = Method.LearnsLabelSets ? LabelSets.Chosen.Count : 0,
            ImagesHaveLabelSets = LabelSets.Offered.Count > 0,
        }.With(Backbone, Specs.ToDictionary(s => s.Name, Value), _catalogue.FindDevice(Device));

    /// <summary>The section of the form in which <see cref="Missing"/> is to be solved.</summary>
    public FormPart MissingPart =>
        InputErrors.First is not null ? FormPart.Settings
        : Domains.Missing is not null ? FormPart.Domains
        : NeedsWeights ? FormPart.Network
        : FormPart.Method;

    /// <summary>Settings that have no effect or slow the run down, as sentences.</summary>
    public IReadOnlyList<string> Warnings => [.. MethodRequirements.Warnings(Inputs).Select(w => EngineTexts.Of(w))];

    public TransferMethodSpec Method { get; private set; }

    /// <summary>The suggestion; null if the catalogue has no method with that role.</summary>
    public MethodAdvice? Advice { get; private set; }

    /// <summary>The method that <see cref="Advice"/> is about.</summary>
    public TransferMethodSpec? AdvisedMethod { get; private set; }
    public string Name { get; set; } = "";
    public string Device { get; set; } = DeviceSpec.Auto;
    public int Seed { get; set; }

    /// <summary>Fields whose text is no valid value.</summary>
    public InputErrors InputErrors { get; } = new();

    /// <summary>One run or several.</summary>
    public ExperimentForm Experiment { get; } = new();

    /// <summary>
    /// Chooses a method. Values typed for a method come back with it. Settings that both methods have with the same default keep their
    /// value: a batch size does, a learning rate does not.
    /// </summary>
    public void Choose(TransferMethodSpec method)
    {
        _methodIsChosen = true;
        SwitchTo(method);
    }

    /// <summary>Updates the suggested method, and chooses it unless the user has chosen one.</summary>
    /// <param name="probe">Result of a linear probe; null if there is none.</param>
    /// <param name="follows">Whether the method may change: another network never changes it.</param>
    public void Advise(KnownProbe? probe, bool follows = true)
    {
        bool hasWeights = !StartsFromNothing || NeedsWeights;
        int perClass = Dataset.Latest.Of(Core.Datasets.Split.Train) / Math.Max(1, Dataset.Latest.Classes.Count);
        MethodAdvice advice = MethodAdvice.For(perClass, hasWeights, probe);
        // The best adaptation method is not known beforehand; the first suggestion never did harm in our measurements.
        if (Domains.IsOn && Domains.AdviceFor(hasWeights) is { } adapting)
            advice = adapting;
        AdvisedMethod = _catalogue.FindMethod(advice.Role);
        Advice = AdvisedMethod is null ? null : advice;
        if (AdvisedMethod is not null && !_methodIsChosen && follows)
            SwitchTo(AdvisedMethod);
    }

    public void TakeAdvice() => Choose(AdvisedMethod!);

    /// <summary>Whether a method measures how well frozen features separate the classes.</summary>
    public bool IsProbe(string method) => _catalogue.FindMethod(method)?.Has(MethodRole.FeatureProbe) == true;

    /// <summary>
    /// Methods under their headings: the common ones first, then the groups of the catalogue. With a target domain, those that adapt to it
    /// come first.
    /// </summary>
    /// <param name="search">Part of a name, a summary or a group; null or empty for all.</param>
    /// <param name="all">False for the common, the suggested and the chosen method only.</param>
    public IReadOnlyList<(string Heading, IReadOnlyList<TransferMethodSpec> Methods)> OfferedMethods(string? search = null, bool all = true)
    {
        TransferMethodSpec[] fitting =
        [
            .. _catalogue.Methods.Where(m => m == Method || (Domains.IsOn ? !m.LearnsLabelSets : !m.AdaptsToTarget)),
        ];
        if (!string.IsNullOrWhiteSpace(search))
            return Grouped(fitting.Where(m => IsFound(m, search.Trim())));
        if (Domains.IsOn)
            return
            [
                .. Grouped(fitting.Where(m => m.AdaptsToTarget)),
                .. all ? [(Texts<NewRunTexts>.Get("OnlySource"), [.. fitting.Where(m => !m.AdaptsToTarget)])] : Usual(fitting),
            ];
        TransferMethodSpec[] common = [.. fitting.Where(m => CommonRoles.Any(m.Has))];
        if (common.Length == 0 || fitting.Length <= FewMethods)
            return Grouped(fitting);
        return
        [
            (Texts<NewRunTexts>.Get("Common"), common),
            .. Grouped(fitting.Except(common).Where(m => all || m == Method || m == AdvisedMethod)),
        ];
    }

    /// <summary>Why a method cannot learn these images, in a sentence; null where it can.</summary>
    public string? WhyNot(TransferMethodSpec method) =>
        EngineTexts.Of(
            MethodRequirements
                .Check(method, new MethodInputs { Labels = Dataset.Latest.Kind })
                .FirstOrDefault(u => u.Kind == RequirementKind.Labels)
                ?.Message
        );

    /// <summary>Number of methods that a search goes through.</summary>
    public int MethodCount => _catalogue.Methods.Count(m => m == Method || (Domains.IsOn ? !m.LearnsLabelSets : !m.AdaptsToTarget));

    /// <summary>Changes what an address names, such as that of a suggested next step.</summary>
    public void Change(string? method, int? epochs, int? folds)
    {
        if (method is not null && _catalogue.FindMethod(method) is { } other)
            Choose(other);
        if (epochs is { } number)
            Use(new Dictionary<string, ParameterValue> { [ParameterNames.Epochs] = number });
        if (folds is { } count)
            (Experiment.Kind, Experiment.Folds) = (ExperimentKind.Folds, count);
    }

    /// <summary>Learns this label set beside the classes, where the worker has a method for that.</summary>
    public void LearnBeside(string labelSet)
    {
        if (_catalogue.Methods.FirstOrDefault(m => m.LearnsLabelSets) is not { } method)
            return;
        Choose(method);
        LabelSets.TakeOver([new Core.Datasets.LabelSetSpec(labelSet)]);
    }

    private static IReadOnlyList<(string, IReadOnlyList<TransferMethodSpec>)> Grouped(IEnumerable<TransferMethodSpec> methods) =>
        [.. methods.GroupBy(m => m.Group).Select(g => (g.Key, (IReadOnlyList<TransferMethodSpec>)[.. g]))];

    private static bool IsFound(TransferMethodSpec method, string search) =>
        $"{method.DisplayName} {method.Summary} {method.Group}".Contains(search, StringComparison.OrdinalIgnoreCase);

    /// <summary>With a target domain, the methods that do not adapt are rarely wanted: only the chosen one.</summary>
    private IEnumerable<(string, IReadOnlyList<TransferMethodSpec>)> Usual(TransferMethodSpec[] fitting) =>
        Grouped(fitting.Where(m => !m.AdaptsToTarget && m == Method));
}

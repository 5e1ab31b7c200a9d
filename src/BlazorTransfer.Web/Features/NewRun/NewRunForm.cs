using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Runs;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>What is chosen so far on the new-run page. A value is kept only where it differs from its default.</summary>
internal sealed class NewRunForm
{
    private readonly Catalogue _catalogue;
    private IReadOnlyList<BackboneWeights> _weights;
    private readonly IReadOnlyList<Run> _models;
    private readonly Dictionary<string, Dictionary<string, ParameterValue>> _valuesByMethod = [];

    // Somebody chose the method; before, it follows the advice.
    private bool _methodIsChosen;

    // Random weights are a choice. That a network has no others is none.
    private bool _randomIsChosen;

    /// <param name="catalogue">What the worker can do.</param>
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
        // A network whose weights are here is the better suggestion.
        Backbone = catalogue.Backbones.OrderByDescending(HasWeights).ThenByDescending(b => b == catalogue.DefaultBackbone).First();
        Weights = FittingWeights.FirstOrDefault();
        _randomIsChosen = Weights is null;
        // A linear probe has nothing to stand on without weights.
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

    /// <summary>What is learned beside the classes, by a method that does so.</summary>
    public LabelSetForm LabelSets { get; } = new();

    /// <summary>Whether the chosen weights of label sets count: a run may learn them itself.</summary>
    public bool HasLabelSetWeights =>
        Specs.FirstOrDefault(s => s.Name == ParameterNames.TaskWeighting) is not { } weighting || Value(weighting) == weighting.Default;

    /// <summary>Which of them are the source, and what is the target.</summary>
    public DomainForm Domains { get; }
    public BackboneSpec Backbone { get; private set; }
    public BackboneWeights? Weights { get; private set; }

    /// <summary>The finished run whose model is the start; null where it is <see cref="Weights"/>, or random where that is null
    /// too.</summary>
    public Run? Parent { get; private set; }

    /// <summary>The finished run whose model is the teacher, where the method takes one; null where none is chosen.</summary>
    public Run? Teacher { get; set; }

    /// <summary>The first thing that is missing or wrong, in a sentence or two; null where the run can start.</summary>
    public string? Missing =>
        InputErrors.First
        ?? Domains.Missing
        ?? (NeedsWeights ? $"{Backbone.DisplayName} has no weights to start from. Get them under Network, or choose another start." : null)
        ?? MethodRequirements.Check(Method, Inputs).FirstOrDefault()?.Message
        ?? LabelSets.WrongWeightFor(Method);

    // What is chosen for another method stays in the form and is not sent, so it does not count here.
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
            LabelSets = Method.LearnsLabelSets ? LabelSets.Chosen.Count : 0,
            ImagesHaveLabelSets = LabelSets.Offered.Count > 0,
        }.With(Backbone, Specs.ToDictionary(s => s.Name, Value), _catalogue.FindDevice(Device));

    /// <summary>Settings that have no effect or slow the run down, as sentences.</summary>
    public IReadOnlyList<string> Warnings => MethodRequirements.Warnings(Inputs);

    public bool StartsFromNothing => Weights is null && Parent is null;

    /// <summary>Whether the run would start from random weights without anybody having chosen that.</summary>
    public bool NeedsWeights => Method.TakesWeights && StartsFromNothing && !_randomIsChosen;
    public TransferMethodSpec Method { get; private set; }

    /// <summary>What is suggested, and why; null where the catalogue has none of the methods that there is advice on.</summary>
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

    public IReadOnlyList<BackboneWeights> FittingWeights => [.. _weights.Where(w => w.Backbones.Contains(Backbone.Name))];

    public IReadOnlyList<ParameterSpec> Specs =>
        [
            .. _catalogue
                .SettingsOf(Method)
                .OrderBy(s =>
                    Array.FindIndex([.. _catalogue.CommonParameters], c => c.Name == s.Name) is var i and >= 0 ? i : int.MaxValue
                ),
        ];

    /// <summary>Methods under their headings; those that adapt only where there is a target.</summary>
    public IEnumerable<(string Heading, IEnumerable<TransferMethodSpec> Methods)> OfferedMethods =>
        !Domains.IsOn
            ? [("", _catalogue.Methods.Where(m => !m.AdaptsToTarget || m == Method))]
            :
            [
                (
                    "Domain adaptation, at once: on the network's features",
                    _catalogue.Methods.Where(m => m is { AdaptsToTarget: true, FitsAtOnce: true })
                ),
                (
                    "Domain adaptation, trained step by step",
                    _catalogue.Methods.Where(m => m is { AdaptsToTarget: true, FitsAtOnce: false })
                ),
                (
                    "From the source alone: the target only scores",
                    _catalogue.Methods.Where(m => !m.AdaptsToTarget && (!m.LearnsLabelSets || m == Method))
                ),
            ];

    public SettingsLayout Layout => new(Specs);

    /// <summary>Changes to the training images that were set, beside the usual choice.</summary>
    public int ChangesOn => Layout.Augmentation.Count(s => s.Advanced && Value(s) != s.Default);

    /// <summary>The run, with the settings alone that decide what its images look like: another learning rate changes no picture.</summary>
    public RunRequest ToPreview() =>
        OneRun() with
        {
            Name = "",
            Only = Domains.IsOn ? Domains.SourceTag : null,
            WeightsId = null,
            ParentRunId = null,
            TeacherRunId = null,
            Device = DeviceSpec.Auto,
            Parameters = Values
                .Where(v => Specs.Any(s => s.Name == v.Key && s.Section is ParameterSections.Augmentation or ParameterSections.Data))
                .ToDictionary(),
        };

    /// <summary>All that <see cref="ToPreview"/> depends on.</summary>
    public string PreviewChoices => JsonSerializer.Serialize(ToPreview(), ProtocolJson.Line);

    /// <summary>
    /// Networks to offer: what was searched for; otherwise the chosen one, those whose weights are here, and the recommended ones, since
    /// a list of all of them helps nobody.
    /// </summary>
    public IReadOnlyList<BackboneSpec> Offered(string? search, bool all)
    {
        if (!string.IsNullOrWhiteSpace(search))
            return
            [
                .. _catalogue.Backbones.Where(b =>
                    $"{b.Name} {b.DisplayName} {b.Family}".Contains(search.Trim(), StringComparison.OrdinalIgnoreCase)
                ),
            ];
        return all
            ? _catalogue.Backbones
            :
            [
                // An order that no choice changes.
                .. _catalogue
                    .Backbones.Where(b => b == Backbone || b.Has(BackboneRole.Recommended) || HasWeights(b))
                    .OrderByDescending(HasWeights)
                    .ThenByDescending(b => b == _catalogue.DefaultBackbone),
            ];
    }

    /// <summary>Whether there is something to start this network from.</summary>
    public bool HasStart(BackboneSpec backbone) => HasWeights(backbone) || _models.Any(r => r.Job.Backbone == backbone.Name);

    /// <summary>Takes over the weights that are here now; a network that had none starts from them.</summary>
    public void Use(IReadOnlyList<BackboneWeights> weights)
    {
        _weights = weights;
        if (NeedsWeights)
            Weights = FittingWeights.FirstOrDefault();
    }

    private bool HasWeights(BackboneSpec backbone) => _weights.Any(w => w.Backbones.Contains(backbone.Name));

    /// <summary>Runs to learn from: those of the same data set first, since a teacher needs the same classes.</summary>
    public IReadOnlyList<Run> Teachers => [.. _models.OrderByDescending(r => r.Submission.DatasetId == Dataset.Id)];

    public IReadOnlyList<Run> FittingModels => [.. _models.Where(r => r.Job.Backbone == Backbone.Name)];

    public void Choose(BackboneSpec backbone)
    {
        Backbone = backbone;
        (Weights, Parent, _randomIsChosen) = (FittingWeights.FirstOrDefault(), null, false);
    }

    /// <summary>Imported weights, or random ones where null.</summary>
    public void StartFrom(BackboneWeights? weights) => (Weights, Parent, _randomIsChosen) = (weights, null, weights is null);

    public void StartFrom(Run parent) => (Weights, Parent, _randomIsChosen) = (null, parent, false);

    /// <summary>
    /// Another method has other defaults, and may not know some parameters. What was typed for a method is there again when
    /// one comes back to it, and what both take with the same default comes along: a batch size does, a learning rate does not.
    /// </summary>
    public void Choose(TransferMethodSpec method)
    {
        _methodIsChosen = true;
        SwitchTo(method);
    }

    /// <summary>Advises on the method for what is chosen now, and follows that unless somebody chose one.</summary>
    /// <param name="probe">What a linear probe reached; null where nobody tried.</param>
    /// <param name="follows">Whether the method may change: another network never changes it.</param>
    public void Advise(KnownProbe? probe, bool follows = true)
    {
        bool hasWeights = !StartsFromNothing || NeedsWeights;
        int perClass = Dataset.Latest.Of(Core.Datasets.Split.Train) / Math.Max(1, Dataset.Latest.Classes.Count);
        MethodAdvice advice = MethodAdvice.For(perClass, hasWeights, probe);
        // Which of the methods that adapt is best, nobody knows beforehand: the one that never did harm in our measurements comes first.
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

    private void SwitchTo(TransferMethodSpec method)
    {
        Dictionary<string, ParameterValue> before = Values;
        IReadOnlyList<ParameterSpec> specsBefore = Specs;
        Method = method;
        foreach (ParameterSpec spec in Specs.Where(s => specsBefore.Any(b => b.Name == s.Name && b.Default == s.Default)))
        {
            if (before.TryGetValue(spec.Name, out ParameterValue typed))
                Values[spec.Name] = typed;
            else
                Values.Remove(spec.Name);
        }
    }

    private Dictionary<string, ParameterValue> Values
    {
        get
        {
            if (!_valuesByMethod.TryGetValue(Method.Name, out Dictionary<string, ParameterValue>? values))
                _valuesByMethod[Method.Name] = values = [];
            return values;
        }
    }

    public ParameterValue Value(ParameterSpec spec) => Values.TryGetValue(spec.Name, out ParameterValue value) ? value : spec.Default;

    public void Set(ParameterSpec spec, ParameterValue value)
    {
        if (value == spec.Default)
            Values.Remove(spec.Name);
        else
            Values[spec.Name] = value;
    }

    /// <summary>Takes over values by name, as far as the method has such parameters.</summary>
    public void Use(IReadOnlyDictionary<string, ParameterValue> values)
    {
        foreach (ParameterSpec spec in Specs.Where(s => values.ContainsKey(s.Name)))
            Set(spec, values[spec.Name]);
    }

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

    /// <summary>Chooses network and weights by name and id, as far as they exist.</summary>
    public void StartWith(string backboneName, string? weightsId)
    {
        if (_catalogue.FindBackbone(backboneName) is not { } backbone)
            return;
        Choose(backbone);
        if (FittingWeights.FirstOrDefault(w => w.Id == weightsId) is { } weights)
            StartFrom(weights);
        if (!StartsFromNothing)
            Method = _catalogue.DefaultMethod;
    }

    /// <summary>Learns this label set beside the classes, where the worker has a method for that.</summary>
    public void LearnBeside(string labelSet)
    {
        if (_catalogue.Methods.FirstOrDefault(m => m.LearnsLabelSets) is not { } method)
            return;
        Choose(method);
        LabelSets.TakeOver([new Core.Datasets.LabelSetSpec(labelSet)]);
    }

    /// <summary>Starts from the model of this run, if it is one of those to start from.</summary>
    public void TrainOnFrom(string runId)
    {
        if (_models.FirstOrDefault(m => m.Id == runId) is not { } model || _catalogue.FindBackbone(model.Job.Backbone) is not { } backbone)
            return;
        Backbone = backbone;
        StartFrom(model);
    }

    /// <summary>Takes over the choices of an earlier run, as far as they still exist.</summary>
    /// <returns>What does not, in words.</returns>
    public IReadOnlyList<string> TakeOver(Run run, IReadOnlyList<Dataset> datasets)
    {
        Dataset? dataset = datasets.FirstOrDefault(d => d.Id == run.Submission.DatasetId);
        Dataset = dataset ?? Dataset;
        Backbone = _catalogue.FindBackbone(run.Job.Backbone) ?? Backbone;
        StartFrom(FittingWeights.FirstOrDefault(w => w.Id == run.Submission.WeightsId));
        _randomIsChosen = run.Submission is { WeightsId: null, ParentRunId: null };
        if (FittingModels.FirstOrDefault(m => m.Id == run.Submission.ParentRunId) is { } parent)
            StartFrom(parent);
        Method = _catalogue.FindMethod(run.Job.Method) ?? Method;
        Domains.TakeOver(run);
        if (run.Job.LabelSets.Count > 0)
            LabelSets.TakeOver(run.Job.LabelSets);
        Teacher = _models.FirstOrDefault(m => m.Id == run.Submission.TeacherRunId);
        _methodIsChosen = true;
        (Device, Seed) = (run.Job.Device, run.Job.Seed);
        foreach ((string name, ParameterValue value) in run.Job.Parameters.Where(p => Specs.Any(s => s.Name == p.Key)))
            Values[name] = value;
        return
        [
            .. dataset is null ? ["its data set"] : Array.Empty<string>(),
            .. (run.Submission.WeightsId, run.Submission.ParentRunId) != (Weights?.Id, Parent?.Id)
                ? ["what it started from"]
                : Array.Empty<string>(),
            .. run.Submission.TeacherRunId != Teacher?.Id ? ["its teacher"] : Array.Empty<string>(),
        ];
    }

    public RunRequest ToRequest() => Domains.ApplyTo(Experiment.ApplyTo(OneRun(), Specs), Method.UsesTargetLabels);

    /// <summary>One run that is tried out, such as by a finder: nothing is compared.</summary>
    public RunRequest ToTrial() =>
        Domains.ApplyTo(OneRun(), Method.UsesTargetLabels) is var one && one.Target is { } target
            ? one with
            {
                Target = target with { WithBaselines = false },
            }
            : one;

    /// <summary>How many runs start.</summary>
    public int Runs =>
        Experiment.Runs
        * (
            Experiment.Kind is ExperimentKind.Single or ExperimentKind.Seeds && Domains is { IsOn: true, WithBaselines: true }
                ? Domains.Comparisons(Method.AdaptsToTarget)
                : 1
        );

    private RunRequest OneRun() =>
        new()
        {
            Name = Name,
            DatasetId = Dataset.Id,
            DatasetVersion = Dataset.Latest.Number,
            Backbone = Backbone.Name,
            WeightsId = Method.TakesWeights ? Weights?.Id : null,
            ParentRunId = Method.TakesWeights ? Parent?.Id : null,
            TeacherRunId = Method.TakesTeacher ? Teacher?.Id : null,
            Method = Method.Name,
            LabelSets = Method.LearnsLabelSets ? LabelSets.Chosen : [],
            Parameters = new Dictionary<string, ParameterValue>(Values),
            Device = Device,
            Seed = Seed,
        };
}

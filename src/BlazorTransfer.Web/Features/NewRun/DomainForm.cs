using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>The part of the new-run form that says which images are the source and which the target.</summary>
/// <param name="datasets">All data sets of the project, those without labels too.</param>
/// <param name="tagsOf">The tags of a data set's latest version.</param>
public sealed class DomainForm(IReadOnlyList<Dataset> datasets, Func<Dataset, IReadOnlyList<TagCount>> tagsOf)
{
    /// <summary>Labelled images of each class of the target that a method which learns from some is given, unless said.</summary>
    public const int UsualLabels = MethodRequirements.UsualTargetLabels;

    private readonly Dictionary<string, string?> _names = [];
    private Dataset? _source;

    /// <summary>Whether the deployment data come from another domain than the labelled images.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Which of the labelled images are the source; null for all.</summary>
    public SampleTag? SourceTag { get; set; }
    public Dataset? Target { get; private set; }

    /// <summary>Which of its images are the target; null for all.</summary>
    public SampleTag? TargetTag { get; set; }
    public bool Transductive { get; set; }

    /// <summary>Labelled images of each class that are learned from, for a method that asks for them; others are given none.</summary>
    public int LabelledPerClass { get; set; } = UsualLabels;
    public bool WithBaselines { get; set; } = true;

    /// <summary>What can be the target: any data set with images, divided or whole.</summary>
    public IReadOnlyList<Dataset> Targets => datasets;

    public IReadOnlyList<SampleTag> SourceTags => _source is null ? [] : Tags(_source);

    public IReadOnlyList<SampleTag> TargetTags => Target is null ? [] : Tags(Target);

    /// <summary>Classes of the target that the source does not have by this name.</summary>
    public IReadOnlyList<string> ForeignClasses =>
        _source is null || Target is null
            ? []
            : [.. Target.Latest.Classes.Select(c => c.Label).Except(_source.Latest.Classes.Select(c => c.Label))];

    public IReadOnlyList<string> SourceClasses => _source is null ? [] : [.. _source.Latest.Classes.Select(c => c.Label)];

    /// <summary>What is missing or contradictory, in a sentence; null if nothing is.</summary>
    public string? Missing =>
        !IsOn ? null
        : Target is null ? Texts<NewRunTexts>.Get("NoTarget")
        : Target.Id == _source?.Id && (SourceTag is null || TargetTag is null || SourceTag == TargetTag)
            ? Texts<NewRunTexts>.Get("SameImages")
        : null;

    /// <summary>What divides a data set's images beside their classes.</summary>
    public IReadOnlyList<TagCount> TagsOf(Dataset dataset) => tagsOf(dataset);

    public int ImagesOf(SampleTag tag, Dataset dataset) =>
        tagsOf(dataset).FirstOrDefault(t => t.Name == tag.Name && t.Value == tag.Value)?.Images ?? 0;

    /// <summary>Sets other labelled images; the choice of their parts no longer applies.</summary>
    public void UseSource(Dataset source)
    {
        if (_source?.Id == source.Id)
            return;
        _source = source;
        SourceTag = null;
        if (IsOn)
            Suggest();
    }

    public void Turn(bool on)
    {
        IsOn = on;
        if (on && Target is null)
            Suggest();
    }

    public void Choose(Dataset target)
    {
        Target = target;
        TargetTag = Tags(target).FirstOrDefault(t => target.Id == _source?.Id && t != SourceTag && t.Name == SourceTag?.Name);
    }

    /// <summary>What a class of the target is called in the source; null where it is not scored.</summary>
    public string? NameOf(string foreign) =>
        _names.GetValueOrDefault(foreign)
        ?? SourceClasses.FirstOrDefault(c =>
            string.Equals(c.Replace('_', ' ').Trim(), foreign.Replace('_', ' ').Trim(), StringComparison.OrdinalIgnoreCase)
        );

    public void Name(string foreign, string? name) => _names[foreign] = name;

    /// <summary>Takes over the choices of a request, as far as they still exist.</summary>
    internal void TakeOver(RunRequest request)
    {
        if (request.Target is not { } spec)
        {
            IsOn = false;
            return;
        }

        if (datasets.FirstOrDefault(d => d.Id == spec.DatasetId) is not { } target)
            return;
        (IsOn, SourceTag, Target, TargetTag, Transductive, WithBaselines) = (
            true,
            request.Only,
            target,
            spec.Only,
            spec.Transductive,
            spec.WithBaselines
        );
        if (spec.LabelledPerClass > 0)
            LabelledPerClass = spec.LabelledPerClass;
        foreach ((string name, string? own) in spec.ClassNames ?? new Dictionary<string, string?>())
            _names[name] = own;
    }

    /// <summary>Chooses the images to adapt to, such as for a link from their page.</summary>
    public void AdaptTo(Dataset target)
    {
        Turn(true);
        Choose(target);
    }

    /// <summary>Chooses parts by name, such as for a link to a demonstration.</summary>
    public void Use(SampleTag source, SampleTag target)
    {
        Turn(true);
        if (_source is null)
            return;
        (SourceTag, Target, TargetTag) = (source, _source, target);
    }

    /// <summary>
    /// How many runs are compared at most: the method, the source alone if it adapts, and the oracle, if the target has labels that it may
    /// learn.
    /// </summary>
    public int Comparisons(bool adapts) =>
        !HasLabels ? 1 : 1 + (adapts ? 1 : 0) + (!Transductive && Target?.Latest.Classes.Count > 1 ? 1 : 0);

    /// <summary>Whether the result can be scored, which needs labels of the target.</summary>
    public bool HasLabels => Target?.Latest.Classes.Count > 0;

    /// <summary>The method to begin with, and why.</summary>
    /// <param name="hasWeights">Whether the network starts from weights.</param>
    internal MethodAdvice? AdviceFor(bool hasWeights) =>
        !hasWeights ? null : new MethodAdvice(MethodRole.SuggestedForAdaptation, Texts<NewRunTexts>.Get("Advice.Adapt"));

    /// <param name="request">What is to run.</param>
    /// <param name="usesLabels">Whether its method learns from labelled images of the target.</param>
    public RunRequest ApplyTo(RunRequest request, bool usesLabels = false) =>
        !IsOn || Target is null
            ? request
            : request with
            {
                Only = SourceTag,
                Target = new TargetRequest
                {
                    DatasetId = Target.Id,
                    DatasetVersion = Target.Latest.Number,
                    Only = TargetTag,
                    ClassNames = ForeignClasses.Count == 0 ? null : ForeignClasses.ToDictionary(c => c, NameOf),
                    Transductive = Transductive,
                    LabelledPerClass = usesLabels ? LabelledPerClass : 0,
                    WithBaselines = WithBaselines,
                },
            };

    /// <summary>Two parts of the same images where they are divided; otherwise another data set.</summary>
    private void Suggest()
    {
        if (_source is null)
            return;
        IReadOnlyList<SampleTag> parts = Tags(_source);
        if (parts.GroupBy(t => t.Name).FirstOrDefault(g => g.Count() > 1) is { } divided)
            (SourceTag, Target, TargetTag) = (divided.First(), _source, divided.ElementAt(1));
        else if (datasets.FirstOrDefault(d => d.Id != _source.Id) is { } other)
            (Target, TargetTag) = (other, null);
    }

    private SampleTag[] Tags(Dataset dataset) => [.. tagsOf(dataset).Select(t => new SampleTag(t.Name, t.Value))];
}

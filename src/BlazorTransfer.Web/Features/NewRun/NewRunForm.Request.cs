using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Runs;

namespace BlazorTransfer.Web.Features.NewRun;

internal sealed partial class NewRunForm
{
    // The form as a request, and a request as the form.
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

    /// <summary>Takes over the choices of an earlier run, as far as they still exist.</summary>
    /// <returns>Parts that are gone.</returns>
    public IReadOnlyList<RunPart> TakeOver(Run run, IReadOnlyList<Dataset> datasets) => TakeOver(RunRequest.Of(run), datasets);

    /// <summary>Takes over the choices of a request, as far as they still exist.</summary>
    /// <returns>Parts that are gone.</returns>
    public IReadOnlyList<RunPart> TakeOver(RunRequest request, IReadOnlyList<Dataset> datasets)
    {
        Dataset? dataset = datasets.FirstOrDefault(d => d.Id == request.DatasetId);
        Dataset = dataset ?? Dataset;
        Backbone = _catalogue.FindBackbone(request.Backbone) ?? Backbone;
        StartFrom(FittingWeights.FirstOrDefault(w => w.Id == request.WeightsId));
        _randomIsChosen = request is { WeightsId: null, ParentRunId: null };
        if (FittingModels.FirstOrDefault(m => m.Id == request.ParentRunId) is { } parent)
            StartFrom(parent);
        Method = _catalogue.FindMethod(request.Method) ?? Method;
        Domains.TakeOver(request);
        if (request.LabelSets.Count > 0)
            LabelSets.TakeOver(request.LabelSets);
        Teacher = _models.FirstOrDefault(m => m.Id == request.TeacherRunId);
        _methodIsChosen = true;
        (Name, Device, Seed) = (request.Name, request.Device, request.Seed);
        Values.Clear();
        foreach ((string name, ParameterValue value) in request.Parameters.Where(p => Specs.Any(s => s.Name == p.Key)))
            Values[name] = value;
        Experiment.TakeOver(request, Specs);
        return
        [
            .. dataset is null ? [RunPart.Dataset] : Array.Empty<RunPart>(),
            .. (request.WeightsId, request.ParentRunId) != (Weights?.Id, Parent?.Id) ? [RunPart.Weights] : Array.Empty<RunPart>(),
            .. request.TeacherRunId != Teacher?.Id ? [RunPart.Teacher] : Array.Empty<RunPart>(),
        ];
    }

    /// <summary>Takes over all but the images: a template serves any data set of the project.</summary>
    public IReadOnlyList<RunPart> TakeOverSettings(RunRequest template, IReadOnlyList<Dataset> datasets) =>
        TakeOver(
            template.DatasetId == Dataset.Id
                ? template
                : template with
                {
                    DatasetId = Dataset.Id,
                    DatasetVersion = Dataset.Latest.Number,
                    Only = null,
                    Target = null,
                },
            datasets
        );

    /// <summary>Why the settings cannot be saved as a template; null where they can.</summary>
    public string? WhyNoTemplate =>
        InputErrors.First
        ?? (
            Experiment.Kind == ExperimentKind.Search
                ? Experiment.Searched(Specs).Select(s => s.Error).FirstOrDefault(e => e is not null)
                : null
        );

    /// <summary>The choices as they are, to take them over later.</summary>
    public FormDraft ToDraft() => new(ToRequest(), NeedsWeights);

    /// <summary>Takes over what was kept of this form.</summary>
    public void TakeOver(FormDraft draft, IReadOnlyList<Dataset> datasets)
    {
        TakeOver(draft.Request, datasets);
        // That no weights were there was no choice of random ones.
        if (draft.NeedsWeights)
            Choose(Backbone);
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

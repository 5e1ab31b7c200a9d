using System.Text.Json;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>
/// What is asked of a run and by whom; lies in its folder as <c>submission.json</c>, so that the database can be rebuilt from
/// the folders.
/// </summary>
internal sealed record RunSubmission
{
    private const string FileName = "submission.json";

    public required string ProjectId { get; init; }

    /// <summary>Counts the project's runs, from 1.</summary>
    public required int Number { get; init; }
    public required string Name { get; init; }
    public required string DatasetId { get; init; }
    public required int DatasetVersion { get; init; }
    public required string DatasetName { get; init; }
    public required string SubmittedBy { get; init; }
    public required DateTimeOffset SubmittedAt { get; init; }
    public string? WeightsId { get; init; }

    /// <summary>The run whose model this one starts from; null where it starts from imported or random weights.</summary>
    public string? ParentRunId { get; init; }

    /// <summary>The run whose model it learns from beside the labels; null where it has no teacher.</summary>
    public string? TeacherRunId { get; init; }

    /// <summary>Shared by runs that were asked for together: they differ in their seed, their fold or, in a search, their settings. Null
    /// for one that stands alone.</summary>
    public string? ExperimentId { get; init; }

    /// <summary>The search that it is a trial of; null where it is none.</summary>
    public SearchPlan? Search { get; init; }

    /// <summary>Name of the experiment when it was submitted; null outside of one, and in submissions of earlier versions.</summary>
    public string? ExperimentName { get; init; }

    /// <summary>Name that the runs of one configuration share, without fold, seed or round; null outside of an experiment.</summary>
    public string? ConfigurationName { get; init; }

    /// <summary>The experiment whose best settings this run uses, so that its accuracy is the one measured there; null for
    /// others.</summary>
    public string? BestOfExperimentId { get; init; }

    /// <summary>Which configuration (network, weights, method and settings) of the experiment, from 1; 0 where it has one only. In a
    /// search, the number of the trial.</summary>
    public int Trial { get; init; }

    /// <summary>Which round of the search, from 0.</summary>
    public int Round { get; init; }

    /// <summary>The data set of the target domain; null where there is none.</summary>
    public string? TargetDatasetId { get; init; }

    /// <summary>What people call the target, such as <c>Line B v1, light=cold</c>.</summary>
    public string? TargetName { get; init; }

    /// <summary>What it is in a comparison of a method of adaptation with its baselines; null outside of one.</summary>
    public AdaptationPart? Part { get; init; }

    /// <summary>The runs whose models went into this one: what it starts from, and its teacher.</summary>
    public IEnumerable<string> Origins() => new[] { ParentRunId, TeacherRunId }.OfType<string>().Distinct();

    public void Save(RunFolder folder) =>
        AtomicFile.WriteAllText(Path.Combine(folder.Path, FileName), JsonSerializer.Serialize(this, ProtocolJson.Indented));

    /// <exception cref="InvalidDataException">The file is not a submission.</exception>
    public static RunSubmission Load(RunFolder folder)
    {
        try
        {
            return JsonSerializer.Deserialize<RunSubmission>(File.ReadAllText(Path.Combine(folder.Path, FileName)), ProtocolJson.Line)
                ?? throw new InvalidDataException($"{FileName} is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{FileName} is not a submission: {e.Message}", e);
        }
    }
}

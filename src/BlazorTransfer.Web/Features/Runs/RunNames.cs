using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Gives new runs and experiments names that nothing else in the project has.</summary>
internal static class RunNames
{
    public const int Longest = 120;

    /// <summary>All names that runs and experiments of a project have.</summary>
    /// <param name="runs">The runs of the project.</param>
    /// <param name="except">An experiment that does not count, or a run: its own names are free for it.</param>
    public static HashSet<string> Taken(IEnumerable<Run> runs, string? except = null) =>
        runs.SelectMany(r =>
                (string?[])[r.Id == except ? null : r.Name, r.Submission.ExperimentId == except || r.Id == except ? null : r.ExperimentName]
            )
            .OfType<string>()
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The new runs with names that are unique: "Linear probe" becomes "Linear probe 2" where there is one. The runs of an
    /// experiment get its name and their differences.</summary>
    /// <param name="present">The runs that the project has.</param>
    /// <param name="added">The runs to add. All runs of an experiment that begins now are among them.</param>
    public static IReadOnlyList<(RunSubmission Submission, JobSpec Job)> Unique(
        IReadOnlyList<Run> present,
        IReadOnlyList<(RunSubmission Submission, JobSpec Job)> added
    )
    {
        HashSet<string> taken = Taken(present);
        var experiments = new Dictionary<string, string>();
        foreach ((RunSubmission submission, _) in added)
        {
            if (submission.ExperimentId is not { } id || experiments.ContainsKey(id))
                continue;
            // A further round of a search belongs to an experiment that has its name.
            experiments[id] =
                present.FirstOrDefault(r => r.Submission.ExperimentId == id)?.ExperimentName
                ?? Free(submission.ExperimentName ?? submission.Name, taken);
            taken.Add(experiments[id]);
        }

        var named = new List<(RunSubmission, JobSpec)>();
        foreach ((RunSubmission submission, JobSpec job) in added)
        {
            if (submission.ExperimentId is not { } id)
            {
                named.Add((submission with { Name = Take(submission.Name) }, job));
                continue;
            }

            bool alike = added.Where(a => a.Submission.ExperimentId == id).Select(a => a.Submission.Name).Distinct().Count() == 1;
            string configuration = submission.Search is not null || alike ? experiments[id] : submission.Name;
            // A member may have the name of its own experiment.
            string member = Shortened(configuration, DifferenceOf(submission, job));
            named.Add(
                (
                    submission with
                    {
                        Name = member == experiments[id] ? member : Take(member),
                        ExperimentName = experiments[id],
                        ConfigurationName = configuration,
                    },
                    job
                )
            );
        }

        return named;

        string Take(string name)
        {
            string free = Free(name, taken);
            taken.Add(free);
            return free;
        }
    }

    /// <summary>The name, or the name with the first number that makes it unique.</summary>
    public static string Free(string name, IReadOnlySet<string> taken)
    {
        string free = Shortened(name, "");
        for (int number = 2; taken.Contains(free); number++)
            free = Shortened(name, $" {number}");
        return free;
    }

    /// <summary>How a run differs from the others of its configuration and experiment, after a comma; empty where it does not.</summary>
    public static string DifferenceOf(RunSubmission submission, JobSpec job) => string.Concat((
                (string?[])
                    [
                        submission.Part switch
                        {
                            null or AdaptationPart.Method => null,
                            AdaptationPart.SourceOnly => "source only",
                            AdaptationPart.Oracle => "trained on target",
                            _ => throw new InvalidOperationException($"No name for {submission.Part}."),
                        },
                        submission.Search is null ? null : $"trial {submission.Trial}",
                        submission.Round == 0 ? null : $"round {submission.Round + 1}",
                        job.Fold is { } fold ? $"fold {fold.Index + 1}"
                        : submission.Search is null ? $"seed {job.Seed}"
                        : null,
                    ]
            ).OfType<string>().Select(d => $", {d}"));

    /// <summary>The name with an end, cut to the greatest length of a name.</summary>
    public static string Shortened(string name, string end) =>
        (name.Length + end.Length <= Longest ? name : name[..(Longest - end.Length)].TrimEnd()) + end;
}

using System.Security.Claims;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Lineage;

/// <summary>
/// Where models come from and what came of them, across projects. A run that the user does not see is a node without a name, and
/// nothing is told of what lies behind it.
/// </summary>
internal sealed class RunLineage(
    DocumentCollection<Run> runs,
    DocumentCollection<Dataset> datasets,
    ProjectAccess access,
    WeightsLibrary weights
)
{
    /// <summary>A run with all that it came from and all that came of it.</summary>
    /// <param name="user">Anybody who sees the project.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="runId">The run.</param>
    /// <param name="nameOf">Display name of a network; null for the internal one.</param>
    public LineageGraph OfRun(ClaimsPrincipal user, string projectId, string runId, Func<string, string>? nameOf = null)
    {
        access.Require(user, projectId, ProjectRole.Viewer);
        IReadOnlyList<Run> all = runs.All();
        Run run = all.FirstOrDefault(r => r.Id == runId && r.Submission.ProjectId == projectId) ?? throw new NotFoundException();
        return Draw(user, projectId, all, [run], runId, nameOf ?? (name => name));
    }

    /// <summary>A project's latest runs with all that they came from and all that came of them.</summary>
    /// <param name="user">Anybody who sees the project.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="latest">Most runs to begin with.</param>
    /// <param name="nameOf">Display name of a network; null for the internal one.</param>
    public LineageGraph OfProject(ClaimsPrincipal user, string projectId, int latest, Func<string, string>? nameOf = null)
    {
        access.Require(user, projectId, ProjectRole.Viewer);
        IReadOnlyList<Run> all = runs.All();
        return Draw(
            user,
            projectId,
            all,
            all.Where(r => r.Submission.ProjectId == projectId).OrderByDescending(r => r.Submission.Number).Take(latest),
            null,
            nameOf ?? (name => name)
        );
    }

    private LineageGraph Draw(
        ClaimsPrincipal user,
        string projectId,
        IReadOnlyList<Run> all,
        IEnumerable<Run> asked,
        string? currentId,
        Func<string, string> nameOf
    )
    {
        Dictionary<string, Run> byId = all.ToDictionary(r => r.Id);
        ILookup<string, Run> children = all.SelectMany(r => r.Submission.Origins().Select(origin => (Origin: origin, Run: r)))
            .ToLookup(c => c.Origin, c => c.Run);
        Dictionary<string, bool> sees = all.Select(r => r.Submission.ProjectId).Distinct().ToDictionary(p => p, p => access.Sees(user, p));
        Dictionary<string, string> library = weights.List(user).ToDictionary(w => w.Id, w => w.Name);
        // Up and down from each, but not down again from what is above: cousins would draw half the installation.
        string[] starts = [.. asked.Select(r => r.Id)];
        HashSet<string> family =
        [
            .. Reach(starts, id => byId[id].Submission.Origins()),
            .. Reach(starts, id => children[id].Select(c => c.Id)),
        ];
        var nodes = new Dictionary<string, LineageNode>();
        var edges = new List<LineageEdge>();
        foreach (Run? run in family.Select(byId.GetValueOrDefault).OrderBy(r => r?.Submission.SubmittedAt))
        {
            if (run is null || !IsSeen(run.Id))
                continue;
            nodes[run.Id] = RunNode(run, projectId, currentId, nameOf);
            RunSubmission s = run.Submission;
            Dataset? dataset = datasets.Find(s.DatasetId);
            Add(
                run,
                new LineageNode(
                    $"{s.DatasetId}/{s.DatasetVersion}",
                    LineageKind.Data,
                    s.DatasetName,
                    dataset?.Version(s.DatasetVersion) is { } version
                        ? Texts<LineageTexts>.Count("Version", version.Images, version.Number)
                        : Texts<LineageTexts>.Get("VersionDeleted", s.DatasetVersion),
                    dataset is null ? null : AppRoutes.Dataset(s.ProjectId, s.DatasetId)
                )
            );
            // The same data set, divided, is one node.
            if (s.TargetDatasetId is { } targetId && targetId != s.DatasetId)
                Add(
                    run,
                    new LineageNode(
                        targetId,
                        LineageKind.Data,
                        datasets.Find(targetId)?.Name ?? s.TargetName ?? Texts<LineageTexts>.Get("Unnamed"),
                        datasets.Find(targetId) is null ? Texts<LineageTexts>.Get("TargetDeleted") : Texts<LineageTexts>.Get("Target"),
                        datasets.Find(targetId) is null ? null : AppRoutes.Dataset(s.ProjectId, targetId)
                    )
                );
            if (s.WeightsId is { } weightsId)
            {
                Add(
                    run,
                    new LineageNode(
                        weightsId,
                        LineageKind.Weights,
                        run.Job.Weights.Name ?? Texts<LineageTexts>.Get("Unnamed"),
                        library.ContainsKey(weightsId)
                            ? Texts<LineageTexts>.Get("Weights", run.Job.Weights.Sha256?[..8] ?? "–")
                            : Texts<LineageTexts>.Get("WeightsRemoved"),
                        library.ContainsKey(weightsId) ? AppRoutes.Weights : null
                    )
                );
            }
        }

        foreach (string id in family.Where(id => !IsSeen(id)))
            nodes[id] = new LineageNode(
                id,
                LineageKind.Hidden,
                byId.ContainsKey(id) ? Texts<LineageTexts>.Get("OtherRun") : Texts<LineageTexts>.Get("DeletedRun"),
                byId.ContainsKey(id) ? Texts<LineageTexts>.Get("OtherRunHelp") : Texts<LineageTexts>.Get("DeletedRunHelp")
            );
        edges.AddRange(
            from run in family.Where(byId.ContainsKey).Select(id => byId[id])
            from edge in EdgesTo(run)
            where family.Contains(edge.From) && (IsSeen(edge.From) || IsSeen(run.Id))
            select edge
        );
        return WithExperimentsAsOne(new LineageGraph([.. nodes.Values], [.. edges.Distinct()]), byId);

        bool IsSeen(string id) => byId.TryGetValue(id, out Run? run) && sees[run.Submission.ProjectId];

        HashSet<string> Reach(IEnumerable<string> from, Func<string, IEnumerable<string>> next)
        {
            var reached = new HashSet<string>();
            var open = new Stack<string>(from);
            while (open.TryPop(out string? id))
            {
                foreach (string neighbour in reached.Add(id) && IsSeen(id) ? next(id) : [])
                    open.Push(neighbour);
            }

            return reached;
        }

        void Add(Run run, LineageNode source)
        {
            nodes.TryAdd(source.Id, source);
            edges.Add(new LineageEdge(source.Id, run.Id));
        }
    }

    /// <summary>The graph with one box for the runs of an experiment, where it has several of them; the run whose page it is stays a box of
    /// its own.</summary>
    private static LineageGraph WithExperimentsAsOne(LineageGraph graph, IReadOnlyDictionary<string, Run> runs)
    {
        Dictionary<string, LineageNode> together = [];
        foreach (
            IGrouping<string, LineageNode> group in graph
                .Nodes.Where(n => n is { Kind: LineageKind.Run, IsCurrent: false })
                .Where(n => runs[n.Id].Submission.ExperimentId is not null)
                .GroupBy(n => runs[n.Id].Submission.ExperimentId!)
                .Where(g => g.Count() > 1)
        )
        {
            LineageNode node = ExperimentNode(Experiment.Of(runs.Values.Where(r => r.Submission.ExperimentId == group.Key)));
            foreach (LineageNode member in group)
                together[member.Id] = node;
        }

        string IdOf(string id) => together.TryGetValue(id, out LineageNode? node) ? node.Id : id;
        return new LineageGraph(
            [.. graph.Nodes.Select(n => together.GetValueOrDefault(n.Id, n)).Distinct()],
            // A run that starts from another one of its experiment would lead from the box to itself.
            [.. graph.Edges.Select(e => e with { From = IdOf(e.From), To = IdOf(e.To) }).Where(e => e.From != e.To).Distinct()]
        );
    }

    private static LineageNode ExperimentNode(Experiment experiment) =>
        new(
            experiment.Id,
            LineageKind.Run,
            experiment.Name,
            experiment.Best?.Top1 is { } best
                ? Texts<LineageTexts>.Count("ExperimentBest", experiment.Members.Count, best)
                : Texts<LineageTexts>.Count("ExperimentStatus", experiment.Members.Count, StatusChip.TextOf(experiment.Status)),
            AppRoutes.Experiment(experiment.ProjectId, experiment.Id)
        );

    private static IEnumerable<LineageEdge> EdgesTo(Run run)
    {
        if (run.Submission.ParentRunId is { } parent)
            yield return new LineageEdge(parent, run.Id);
        if (run.Submission.TeacherRunId is { } teacher)
            yield return new LineageEdge(teacher, run.Id, Teaches: true);
    }

    private static LineageNode RunNode(Run run, string projectId, string? currentId, Func<string, string> nameOf)
    {
        RunSubmission s = run.Submission;
        string detail = Texts<LineageTexts>.Get(
            "Run",
            run.Status == RunStatus.Succeeded ? Format.Percent(run.Top1) : StatusChip.TextOf(run.Status),
            nameOf(run.Job.Backbone)
        );
        if (s is { WeightsId: null, ParentRunId: null })
            detail = Texts<LineageTexts>.Get("RandomWeights", detail);
        if (s.ProjectId != projectId)
            detail = Texts<LineageTexts>.Get("OtherProject", detail);
        return new LineageNode(
            run.Id,
            LineageKind.Run,
            $"#{s.Number} {run.Name}",
            detail,
            AppRoutes.Run(s.ProjectId, run.Id),
            run.Id == currentId
        );
    }
}

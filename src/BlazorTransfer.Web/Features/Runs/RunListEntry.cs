using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>A line of a list of runs: a run that stands alone, or all runs of an experiment.</summary>
internal abstract record RunListEntry
{
    private RunListEntry() { }

    public abstract string Id { get; }

    /// <summary>Number of the run; of an experiment, that of its first run.</summary>
    public abstract int Number { get; }
    public abstract string Name { get; }
    public abstract string Href { get; }
    public abstract RunStatus Status { get; }

    /// <summary>Accuracy of the best epoch, on the target where it has labels; of an experiment, the mean of its best
    /// configuration.</summary>
    public abstract Spread? Accuracy { get; }

    public abstract TimeSpan? Duration(DateTimeOffset now);

    /// <summary>The run itself, or the first one of the experiment.</summary>
    public abstract Run First { get; }

    public string DatasetName => First.Submission.DatasetName;

    public DateTimeOffset SubmittedAt => First.Submission.SubmittedAt;

    public string AccuracyText => Accuracy?.ToString() ?? "–";

    /// <summary>The lines for some runs.</summary>
    public static IEnumerable<RunListEntry> Of(IReadOnlyList<Run> runs) =>
        [
            .. runs.Where(r => r.Submission.ExperimentId is null).Select(r => new Single(r)),
            .. Experiment.Among(runs).Select(e => new Group(e)),
        ];

    internal sealed record Single(Run Run) : RunListEntry
    {
        public override string Id => Run.Id;
        public override int Number => Run.Submission.Number;
        public override string Name => Run.Name;
        public override string Href => AppRoutes.Run(Run.Submission.ProjectId, Run.Id);
        public override RunStatus Status => Run.Status;
        public override Spread? Accuracy => Spread.Of([Run.Top1]);
        public override Run First => Run;

        public override TimeSpan? Duration(DateTimeOffset now) => Run.Duration(now);
    }

    internal sealed record Group(Experiment Experiment) : RunListEntry
    {
        public override string Id => Experiment.Id;
        public override int Number => Experiment.Members[0].Submission.Number;
        public override string Name => Experiment.Name;
        public override string Href => AppRoutes.Experiment(Experiment.ProjectId, Experiment.Id);
        public override RunStatus Status => Experiment.Status;
        public override Spread? Accuracy => Experiment.Best?.Top1;
        public override Run First => Experiment.Members[0];

        public override TimeSpan? Duration(DateTimeOffset now) => Experiment.Duration(now);
    }
}

using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Localization;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Some runs side by side, live. Which ones, and in which order, is in the address.</summary>
public sealed partial class ComparePage : IDisposable
{
    /// <summary>Most runs whose curves can be distinguished and whose columns fit.</summary>
    public const int Most = 8;

    private readonly Dictionary<string, (RunView View, RunEventTail Tail)> _views = [];
    private DisplayNames _names = DisplayNames.None;
    private IReadOnlyList<ComparedRun> _runs = [];
    private RunComparison _comparison = new([], default);
    private RunListWatch? _watch;
    private string? _leftOut;
    private bool _all;

    /// <summary>The runs' ids, with commas between them; the others are compared with the first.</summary>
    [SupplyParameterFromQuery(Name = "runs")]
    private string? Chosen { get; set; }

    [Inject]
    private RunService Runs { get; set; } = null!;

    [Inject]
    private RunChanges Changes { get; set; } = null!;

    [Inject]
    private CatalogueProvider Catalogues { get; set; } = null!;

    private IReadOnlyList<string> Marks => [.. _runs.Select(r => r.Mark)];

    private ComparedRow[] ShownSettings => [.. _comparison.Settings(_all, _names)];

    /// <summary>Changes with the runs and with their epochs: a chart of several runs is drawn again, because their curves do not grow in
    /// step.</summary>
    private LabelKind Kind => MainMetricNames.KindOf(_runs.Select(r => r.Run));

    private string Drawn => string.Join(' ', _runs.Select(r => $"{r.Run.Id} {r.View.Accuracy.Count}"));

    private IEnumerable<string> Others(ComparedRun run) => _runs.Where(r => r != run).Select(r => r.Run.Id);

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _names = DisplayNames.From(await Catalogues.GetAsync());
        _watch = new RunListWatch(Changes, ProjectId, () => InvokeAsync(Refresh), DispatchExceptionAsync);
    }

    protected override void OnParametersSet() => Load();

    public void Dispose() => _watch?.Dispose();

    private void Refresh()
    {
        Load();
        StateHasChanged();
    }

    private void Load()
    {
        string[] chosen = [.. (Chosen ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct()];
        Dictionary<string, Run> there = Runs.List(User, ProjectId).ToDictionary(r => r.Id);
        string[] found = [.. chosen.Where(there.ContainsKey)];
        _leftOut = (chosen.Length - found.Length, found.Length > Most) switch
        {
            (0, false) => null,
            (0, true) => T["FirstRuns", Most, found.Length],
            (int gone, _) => Texts<RunTexts>.Count("RunsGone", gone),
        };
        _runs = [.. found.Take(Most).Select(id => new ComparedRun(there[id], ReadOn(there[id])))];
        _comparison = new RunComparison(_runs, Clock.GetUtcNow());
    }

    /// <summary>A run whose events cannot be read is shown as far as they can, so that the other runs can still be compared.</summary>
    private RunView ReadOn(Run run)
    {
        (RunView view, RunEventTail tail) = _views.GetValueOrDefault(run.Id, (new RunView(run), RunEventTail.Start));
        try
        {
            do
            {
                tail = Runs.Events(User, ProjectId, run.Id, tail);
                foreach (RunEvent e in tail.Events)
                    view.Apply(e);
            } while (!tail.IsAtEnd);
        }
        catch (InvalidDataException) { }

        _views[run.Id] = (view, tail);
        return view;
    }
}

using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Localization;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Some runs side by side, live. Which ones, and in which order, is in the address.</summary>
public sealed partial class ComparePage : IDisposable
{
    /// <summary>As many as curves can be told apart, and columns fit.</summary>
    public const int Most = 8;

    private readonly Dictionary<string, (RunView View, RunEventTail Tail)> _told = [];
    private DisplayNames _names = DisplayNames.None;
    private IReadOnlyList<ComparedRun> _runs = [];
    private RunComparison _comparison = new([], default);
    private RunListWatch? _watch;
    private string? _leftOut;
    private bool _all;

    /// <summary>The runs' ids, with commas between them; the first is what others are held against.</summary>
    [SupplyParameterFromQuery(Name = "runs")]
    private string? Chosen { get; set; }

    [Inject]
    private RunService Runs { get; set; } = null!;

    [Inject]
    private RunChanges Changes { get; set; } = null!;

    [Inject]
    private CatalogueProvider Catalogues { get; set; } = null!;

    private IReadOnlyList<string> Marks => [.. _runs.Select(r => r.Mark)];

    private ComparedRow[] ShownSettings => [.. _comparison.Settings(_all, _names.Of)];

    /// <summary>A chart is drawn anew for other runs, and as they go on: curves of several runs do not grow in step.</summary>
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

    /// <summary>Of a run whose events cannot be read any more, and which has failed by that, the others are not kept back.</summary>
    private RunView ReadOn(Run run)
    {
        (RunView view, RunEventTail tail) = _told.GetValueOrDefault(run.Id, (new RunView(run), RunEventTail.Start));
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

        _told[run.Id] = (view, tail);
        return view;
    }
}

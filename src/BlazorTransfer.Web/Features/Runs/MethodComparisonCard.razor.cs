using System.Globalization;
using System.Security.Claims;
using BlazorTransfer.Web.Execution;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>What all methods reached that were tried between the same two domains; live. Nothing is shown while there is but one.</summary>
public sealed partial class MethodComparisonCard : IDisposable
{
    private IReadOnlyList<MethodRow> _rows = [];
    private RunListWatch? _watch;

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    /// <summary>The run whose page it is on.</summary>
    [Parameter, EditorRequired]
    public string RunId { get; set; } = "";

    [Parameter, EditorRequired]
    public ClaimsPrincipal User { get; set; } = null!;

    [Inject]
    private RunService Runs { get; set; } = null!;

    [Inject]
    private RunChanges Changes { get; set; } = null!;

    [Inject]
    private TargetAnswers Answers { get; set; } = null!;

    protected override void OnInitialized()
    {
        Load();
        _watch = new RunListWatch(Changes, ProjectId, () => InvokeAsync(() =>
        {
            Load();
            StateHasChanged();
        }), DispatchExceptionAsync);
    }

    public void Dispose() => _watch?.Dispose();

    private void Load() => _rows = MethodRow.Between(Runs.List(User, ProjectId), RunId, Answers);

    private bool IsThis(MethodRow row) => row.Runs.Any(r => r.Id == RunId);

    private static string Number(double? value) => value?.ToString("0.00;−0.00", CultureInfo.InvariantCulture) ?? "–";
}

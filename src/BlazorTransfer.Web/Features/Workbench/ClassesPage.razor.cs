using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Datasets.Versions;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>The classes of a data set's working copy, with their images counted: added, renamed, merged and removed here.</summary>
public sealed partial class ClassesPage : IDisposable
{
    private const string MessageKey = "classes";
    private Dataset _dataset = null!;
    private SampleCounts _counts = null!;
    private IDisposable? _subscription;
    private string? _newName;
    private bool _isClosed;

    [Parameter]
    public string DatasetId { get; set; } = "";

    [Inject]
    private DatasetService Datasets { get; set; } = null!;

    [Inject]
    private DatasetWorkspaces Workspaces { get; set; } = null!;

    public void Dispose()
    {
        _isClosed = true;
        _subscription?.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _dataset = Datasets.Get(User, ProjectId, DatasetId);
        Count();
        _subscription = Workspaces.Subscribe(User, ProjectId, DatasetId, OnChanged);
    }

    /// <summary>Somebody has changed the data set.</summary>
    private void OnChanged() =>
        _ = InvokeAsync(async () =>
        {
            try
            {
                if (!_isClosed)
                    ShowAgain();
            }
            catch (Exception e)
            {
                // Such as a data set that was deleted, or a user who is no member any more.
                await DispatchExceptionAsync(e);
            }
        });

    private void ShowAgain()
    {
        Count();
        StateHasChanged();
    }

    private void Count() => _counts = Workspaces.Open(User, ProjectId, DatasetId).Counts;

    private async Task AddAsync()
    {
        if (await ChangeAsync(new ClassAdded(_newName ?? "")))
            _newName = "";
    }

    private async Task RenameAsync(ClassCount renamed)
    {
        var parameters = new DialogParameters<NameDialog>
        {
            { d => d.Title, T["RenameOf", renamed.Label] },
            { d => d.Help, T["RenameHelp"] },
            { d => d.Label, T["ClassName"] },
            { d => d.Action, T["Rename"] },
            { d => d.Start, renamed.Label },
            { d => d.Taken, [.. _counts.Classes.Select(c => c.Label)] },
        };
        IDialogReference dialog = await Dialogs.ShowAsync<NameDialog>(T["Rename"], parameters);
        if (await dialog.Result is { Canceled: false, Data: string name })
            await ChangeAsync(new ClassRenamed(renamed.Label, name));
    }

    private async Task MergeAsync(ClassCount merged)
    {
        string[] others = [.. _counts.Classes.Select(c => c.Label).Where(c => c != merged.Label)];
        if (
            await ClassPicker.AskAsync(Dialogs, T["MergeInto", merged.Label], others, multiple: false) is { Labels: [var into] }
            && await ConfirmDialog.AskAsync(
                Dialogs,
                T["MergeTitle", merged.Label, into],
                SampleWords.Count("MergeHelp", merged.Total, merged.Label, into),
                T["Merge"]
            )
        )
            await ChangeAsync(new ClassRenamed(merged.Label, into));
    }

    private async Task RemoveAsync(ClassCount removed)
    {
        if (
            await ConfirmDialog.AskAsync(
                Dialogs,
                T["RemoveOf", removed.Label],
                SampleWords.Count("RemoveClassHelp", removed.Total),
                T["RemoveClass"]
            )
        )
            await ChangeAsync(new ClassRemoved(removed.Label));
    }

    private async Task<bool> ChangeAsync(DatasetChange change)
    {
        if (!await AttemptAsync(() => change = Workspaces.Change(User, ProjectId, DatasetId, change)))
            return false;
        Count();
        Snackbar.RemoveByKey(MessageKey);
        Snackbar.Add(
            SampleWords.Of(change, 0),
            Severity.Normal,
            options =>
            {
                options.Action = T["Undo"];
                options.OnClick = _ => InvokeAsync(() => UndoAsync(change.Number));
            },
            MessageKey
        );
        return true;
    }

    private async Task UndoAsync(int number)
    {
        if (await AttemptAsync(() => Workspaces.Undo(User, ProjectId, DatasetId, number)))
            ShowAgain();
    }
}

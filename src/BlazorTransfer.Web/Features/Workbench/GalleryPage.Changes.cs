using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Web.Components.Shared;
using MudBlazor;

namespace BlazorTransfer.Web.Features.Workbench;

/// <content>What the user changes: by key, or by a button that means the same.</content>
public sealed partial class GalleryPage
{
    private const string MessageKey = "gallery";
    private string? _lastChange;
    private bool _isAsking;
    private bool _mayUndo;
    private bool _mayRedo;

    /// <summary>Does what a key means, also where a button was pressed instead.</summary>
    private async Task DoAsync(string key)
    {
        switch (key)
        {
            case "Escape":
                _selection.Clear();
                break;
            case "Ctrl+a":
                _selection.SelectAll();
                break;
            case "+":
                await GoAsync(_view with { Size = Math.Min(_view.Size + 1, ImageGrid.Sizes - 1) }, isNew: false);
                break;
            case "-":
                await GoAsync(_view with { Size = Math.Max(_view.Size - 1, 0) }, isNew: false);
                break;
            case "?":
                await ShowKeysAsync();
                break;
            default:
                if (MayEdit && !_isAsking)
                    await ChangeByKeyAsync(key);
                break;
        }

        StateHasChanged();
    }

    private Task ChangeByKeyAsync(string key) =>
        key switch
        {
            "Ctrl+z" => UndoAsync(),
            "Ctrl+Shift+z" or "Ctrl+y" => RedoAsync(),
            "0" => LabelAsync(_isMultiLabel ? [] : null, LabelEdit.Replace),
            "Backspace" => LabelAsync(null, LabelEdit.Replace),
            "Delete" => RemoveAsync(),
            "e" => ExcludeAsync(),
            "tag" => TagAsync(),
            "/" => ChooseClassAsync(""),
            [>= '1' and <= '9'] => key[0] - '1' < _counts.Classes.Count
                ? ToggleLabelAsync(_counts.Classes[key[0] - '1'].Label)
                : Task.CompletedTask,
            [var letter] when char.IsLetter(letter) => ChooseClassAsync(key),
            _ => Task.CompletedTask,
        };

    /// <summary>The images that an action is for: the open one, the selected ones, or the one under the cursor.</summary>
    private IReadOnlyList<string> Targets() =>
        _shown is { } shown ? [shown.Sample.Key]
        : _selection.IsAll ? [.. Copy.Keys(_filter).Where(_selection.Contains)]
        : !_selection.IsEmpty ? [.. _selection.Keys]
        : Query(_cursor, 1).Entries is [var image] ? [image.Sample.Key]
        : [];

    /// <summary>Gives a class; in a multi-label data set, takes it off where all have it.</summary>
    private Task ToggleLabelAsync(string label)
    {
        if (!_isMultiLabel)
            return LabelAsync([label], LabelEdit.Replace);
        IReadOnlyList<string> keys = Targets();
        int with = Copy.Query(new SampleFilter { Keys = keys, Class = label }, default, 0, 0).Total;
        return LabelAsync([label], with == keys.Count ? LabelEdit.Remove : LabelEdit.Add);
    }

    private Task LabelAsync(IReadOnlyList<string>? labels, LabelEdit edit) =>
        ChangeAsync(keys => new SamplesLabelled(keys, labels, edit), goesOn: !_isMultiLabel);

    private Task MoveAsync(Split split) => ChangeAsync(keys => new SamplesMoved(keys, split));

    private Task ExcludeAsync()
    {
        IReadOnlyList<string> keys = Targets();
        int included = Copy.Query(new SampleFilter { Keys = keys, IsExcluded = false }, default, 0, 0).Total;
        return ChangeAsync(_ => new SamplesExcluded(keys, included > 0));
    }

    private async Task RemoveAsync()
    {
        IReadOnlyList<string> keys = Targets();
        if (keys.Count == 0)
            return;
        bool isSure = await ConfirmDialog.AskAsync(
            Dialogs,
            SampleWords.Count("RemoveTitle", keys.Count),
            T["RemoveHelp"],
            T["RemoveAction"]
        );
        if (isSure)
            await ChangeAsync(_ => new SamplesRemoved(keys));
        await FocusAsync();
    }

    private async Task ChooseClassAsync(string start)
    {
        IReadOnlyList<string> keys = Targets();
        // Letters may still come in while the dialog opens.
        if (keys.Count == 0 || _isAsking)
            return;
        _isAsking = true;
        string title = SampleWords.Count("ClassOf", keys.Count);
        ClassChoice? choice = await ClassPicker.AskAsync(Dialogs, title, ClassNames, _isMultiLabel, start);
        _isAsking = false;
        if (choice is not null && await AddClassAsync(choice))
            await LabelAsync(choice.Labels, choice.Edit);
        await FocusAsync();
    }

    private async Task<bool> AddClassAsync(ClassChoice choice) =>
        !choice.IsNew || await WriteAsync(() => Workspaces.Change(User, ProjectId, DatasetId, new ClassAdded(choice.Labels[^1])));

    private async Task TagAsync()
    {
        IReadOnlyList<string> keys = Targets();
        if (keys.Count > 0 && await TagDialog.AskAsync(Dialogs, SampleWords.Count("TagOf", keys.Count), _counts.Tags) is { } tag)
            await ChangeAsync(_ => new SamplesTagged(keys, tag.Name, tag.Value));
        await FocusAsync();
    }

    /// <summary>Writes a change of the images that are meant, and goes on to the next image.</summary>
    /// <param name="change">The change of some images.</param>
    /// <param name="goesOn">The next image follows, also where this one still matches the filter.</param>
    private async Task ChangeAsync(Func<IReadOnlyList<string>, DatasetChange> change, bool goesOn = false)
    {
        IReadOnlyList<string> keys = Targets();
        if (keys.Count == 0)
            return;
        bool isSelection = _shown is null && !_selection.IsEmpty;
        DatasetChange made = change(keys);
        if (!await WriteAsync(() => made = Workspaces.Change(User, ProjectId, DatasetId, made)))
            return;
        _lastChange = SampleWords.Of(made, keys.Count);
        _selection.Clear();
        Count();
        if (!isSelection)
            await GoOnAsync(keys[0], goesOn);
        await RefreshAsync();
        if (isSelection || made is SamplesRemoved)
            OfferUndo(made.Number);
    }

    /// <summary>Moves on: by one where the image still matches the filter, else its successor is in its place already.</summary>
    private async Task GoOnAsync(string key, bool goesOn)
    {
        bool stays = IsAt(_cursor, key);
        if (stays && !goesOn)
            return;
        // Several classes are given to an open image one after another, whatever the filter says of it meanwhile.
        if (_shown is not null && _isMultiLabel && Find(key) is not null)
            return;
        int position = Math.Clamp(stays ? _cursor + 1 : _cursor, 0, Math.Max(0, _total - 1));
        if (_shown is null)
            _cursor = position;
        else
            await ShowAtAsync(position);
    }

    private void OfferUndo(int number)
    {
        Snackbar.RemoveByKey(MessageKey);
        Snackbar.Add(
            _lastChange!,
            Severity.Normal,
            options =>
            {
                options.Action = T["Undo"];
                options.OnClick = _ => InvokeAsync(() => TakeBackAsync(number));
            },
            MessageKey
        );
    }

    private Task UndoAsync() => TakeBackAsync(number: null);

    private Task TakeBackAsync(int? number) => TakeAsync(() => Workspaces.Undo(User, ProjectId, DatasetId, number), "Undone");

    private Task RedoAsync() => TakeAsync(() => Workspaces.Redo(User, ProjectId, DatasetId), "Redone");

    private async Task TakeAsync(Func<DatasetChange> take, string key)
    {
        DatasetChange? taken = null;
        if (!await WriteAsync(() => taken = take()) || taken is not ChangeTakenBack)
            return;
        WorkingCopy copy = Copy;
        DatasetChange root = copy.Root(taken.Number)!;
        _lastChange = T[key, SampleWords.Of(root, copy.Changes()[root.Number - 1].Images)];
        Snackbar.RemoveByKey(MessageKey);
        Snackbar.Add(_lastChange, Severity.Normal, key: MessageKey);
        await RefreshAsync();
    }

    private async Task<bool> WriteAsync(Action change)
    {
        _isChanging = true;
        try
        {
            return await AttemptAsync(change);
        }
        finally
        {
            _isChanging = false;
        }
    }

    private async Task FocusAsync()
    {
        if (_image is not null)
            await _image.FocusAsync();
        else if (_grid is not null)
            await _grid.FocusAsync();
    }

    private async Task ShowKeysAsync()
    {
        await KeysDialog.ShowAsync(Dialogs, T["Keys"], MayEdit, _isMultiLabel);
        await FocusAsync();
    }
}

using BlazorTransfer.Core.Datasets.Changes;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using MudBlazor;

namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>Classes that a person chose for images.</summary>
/// <param name="Labels">The classes.</param>
/// <param name="Edit">What becomes of the labels that the images have.</param>
/// <param name="IsNew">The class is to be added to the data set first.</param>
internal sealed record ClassChoice(IReadOnlyList<string> Labels, LabelEdit Edit, bool IsNew = false);

/// <summary>Asks for a class, by a few letters of its name; for several ones in a multi-label data set.</summary>
public sealed partial class ClassPicker
{
    private const int MostShown = 50;
    private readonly HashSet<string> _chosen = new(StringComparer.Ordinal);
    private string _text = "";
    private int _active;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Parameter]
    public string Title { get; set; } = "";

    [Parameter]
    public IReadOnlyList<string> Classes { get; set; } = [];

    /// <summary>An image may have several classes.</summary>
    [Parameter]
    public bool Multiple { get; set; }

    /// <summary>The letter that opened it.</summary>
    [Parameter]
    public string Start { get; set; } = "";

    /// <summary>Asks, and returns the answer; null where there is none.</summary>
    internal static async Task<ClassChoice?> AskAsync(
        IDialogService dialogs,
        string title,
        IReadOnlyList<string> classes,
        bool multiple,
        string start = ""
    )
    {
        var parameters = new DialogParameters<ClassPicker>
        {
            { d => d.Title, title },
            { d => d.Classes, classes },
            { d => d.Multiple, multiple },
            { d => d.Start, start },
        };
        IDialogReference dialog = await dialogs.ShowAsync<ClassPicker>(title, parameters);
        return await dialog.Result is { Canceled: false, Data: ClassChoice choice } ? choice : null;
    }

    private IReadOnlyList<string> Matching =>
        [
            .. Classes
                .Where(c => c.Contains(_text.Trim(), StringComparison.OrdinalIgnoreCase))
                // What begins so is what the fingers mean.
                .OrderByDescending(c => c.StartsWith(_text.Trim(), StringComparison.OrdinalIgnoreCase)),
        ];

    private IReadOnlyList<string> Found => [.. Matching.Take(MostShown)];

    private int Hidden => Matching.Count - Found.Count;

    private bool MayCreate => _text.Trim().Length > 0 && !Classes.Contains(_text.Trim());

    protected override void OnInitialized() => _text = Start;

    private static string IdOf(int i) => FormattableString.Invariant($"class-{i}");

    private bool IsChosen(string name, int position) => Multiple ? _chosen.Contains(name) : position == _active;

    private void Search(ChangeEventArgs typed)
    {
        _text = (string?)typed.Value ?? "";
        _active = 0;
    }

    private void OnKey(KeyboardEventArgs key)
    {
        switch (key.Key)
        {
            case "ArrowDown":
                _active = Math.Min(_active + 1, Found.Count - 1);
                break;
            case "ArrowUp":
                _active = Math.Max(_active - 1, 0);
                break;
            case "Enter" when Multiple && (key.CtrlKey || key.MetaKey):
                Close(LabelEdit.Replace);
                break;
            case "Enter" when Found.Count > 0:
                Press(_active);
                break;
            case "Enter" when MayCreate:
                Create();
                break;
            default:
                break;
        }
    }

    private void Press(int position)
    {
        string name = Found[position];
        _active = position;
        if (!Multiple)
            Dialog.Close(DialogResult.Ok(new ClassChoice([name], LabelEdit.Replace)));
        else if (!_chosen.Remove(name))
            _chosen.Add(name);
    }

    private void Create() =>
        Dialog.Close(
            DialogResult.Ok(new ClassChoice([.. _chosen, _text.Trim()], Multiple ? LabelEdit.Add : LabelEdit.Replace, IsNew: true))
        );

    // In the order of the classes, whatever the order of the clicks.
    private void Close(LabelEdit edit) => Dialog.Close(DialogResult.Ok(new ClassChoice([.. Classes.Where(_chosen.Contains)], edit)));
}

using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;

namespace BlazorTransfer.Web.Components.Shared;

/// <summary>
/// A radio group of tiles or small buttons. Tab enters it once, at the chosen option; the arrow keys, Home and End choose another one and
/// skip disabled ones (the ARIA pattern "radio group"). <c>choices.js</c> keeps these keys from scrolling the page.
/// </summary>
public sealed partial class ChoiceGroup<T>
{
    // A dictionary's key cannot be null, a value can.
    private static readonly object NoValue = new();
    private readonly Dictionary<object, ElementReference> _buttons = [];

    /// <summary>What is chosen here.</summary>
    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    [Parameter, EditorRequired]
    public IReadOnlyList<Choice<T>> Options { get; set; } = [];

    [Parameter, EditorRequired]
    public T? Value { get; set; }

    /// <summary>An option was chosen; its value is null where the option's is.</summary>
    [Parameter]
    public EventCallback<T> ValueChanged { get; set; }

    [Parameter]
    public ChoiceLook Look { get; set; }

    private IEnumerable<IGrouping<string?, Choice<T>>> Sections => Options.GroupBy(o => o.Section);

    private Choice<T>? TabStop => Options.FirstOrDefault(IsChosen) ?? Options.FirstOrDefault(o => o.DisabledReason is null);

    private static object KeyOf(Choice<T> option) => (object?)option.Value ?? NoValue;

    private bool IsChosen(Choice<T> option) => EqualityComparer<T>.Default.Equals(option.Value, Value);

    private Task ChooseAsync(Choice<T> option) =>
        option.DisabledReason is null ? ValueChanged.InvokeAsync(option.Value!) : Task.CompletedTask;

    private async Task MoveAsync(KeyboardEventArgs e)
    {
        if (e.CtrlKey || e.AltKey || e.MetaKey || e.ShiftKey || Target(e.Key) is not { } target)
            return;
        await ChooseAsync(target);
        try
        {
            await _buttons[KeyOf(target)].FocusAsync();
        }
        catch (Exception gone) when (gone is JSException or JSDisconnectedException or TaskCanceledException)
        {
            // The choice took the group off the page, or the browser is gone.
        }
    }

    /// <summary>The option that a key leads to; null for other keys, and where there is no other option.</summary>
    private Choice<T>? Target(string key)
    {
        Choice<T>[] shown = [.. Sections.SelectMany(s => s)];
        int at = Array.IndexOf(shown, TabStop);
        // From the option beside the current one, around the end and back to it.
        IEnumerable<Choice<T>> others = key switch
        {
            "ArrowRight" or "ArrowDown" => shown[(at + 1)..].Concat(shown[..at]),
            "ArrowLeft" or "ArrowUp" => shown[..at].Reverse().Concat(shown[(at + 1)..].Reverse()),
            "Home" => shown,
            "End" => shown.Reverse(),
            _ => [],
        };
        return at < 0 ? null : others.FirstOrDefault(o => o.DisabledReason is null);
    }
}

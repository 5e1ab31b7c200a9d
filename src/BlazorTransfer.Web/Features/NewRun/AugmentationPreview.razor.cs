using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Previews;
using BlazorTransfer.Core.Text;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>
/// The user's own images as training would see them, drawn anew whenever a setting changes. A worker draws them, so that it costs nothing
/// until somebody opens it.
/// </summary>
public sealed partial class AugmentationPreview : IDisposable
{
    private const int ExpectedRows = 4;
    private const int ExpectedColumns = 4;

    // Long enough for the next digit, short enough to seem at once.
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private CancellationTokenSource? _drawing;
    private PreviewSheet? _sheet;
    private string? _failure;
    private string _shown = "";
    private bool _isOpen;
    private bool _isAtWork;
    private int _draw;

    /// <summary>All that the pictures depend on: another one asks for others.</summary>
    [Parameter, EditorRequired]
    public string Choices { get; set; } = "";

    /// <summary>Draws what is chosen now; another number gives other changes of the same images.</summary>
    [Parameter, EditorRequired]
    public Func<int, CancellationToken, Task<PreviewSheet>> Draw { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [Inject]
    private ILogger<AugmentationPreview> Log { get; set; } = null!;

    private bool ChangesNothing => _sheet is not null && _sheet.Images.All(i => i.Views.All(v => v.AsSpan().SequenceEqual(i.Original)));

    public void Dispose()
    {
        _drawing?.Cancel();
        _drawing?.Dispose();
        _drawing = null;
    }

    protected override Task OnParametersSetAsync() => _isOpen && Choices != _shown ? DrawAsync(Pause) : Task.CompletedTask;

    private Task ToggleAsync()
    {
        _isOpen = !_isOpen;
        if (_isOpen)
            return Choices != _shown ? RefreshAsync() : Task.CompletedTask;
        // Whoever closes it waits for nothing.
        if (_isAtWork)
            (_shown, _isAtWork) = ("", false);
        _drawing?.Cancel();
        return Task.CompletedTask;
    }

    private Task RefreshAsync() => DrawAsync(TimeSpan.Zero);

    private Task DrawOthersAsync()
    {
        _draw++;
        return RefreshAsync();
    }

    /// <summary>Draws what is chosen now, after a pause; what is being drawn for earlier choices is given up.</summary>
    private async Task DrawAsync(TimeSpan pause)
    {
        _shown = Choices;
        _drawing?.Cancel();
        _drawing?.Dispose();
        _drawing = new CancellationTokenSource();
        CancellationToken cancel = _drawing.Token;
        (_isAtWork, _failure) = (true, null);
        StateHasChanged();
        try
        {
            await Task.Delay(pause, Clock, cancel);
            PreviewSheet sheet = await Draw(_draw, cancel);
            if (!cancel.IsCancellationRequested)
                (_sheet, _isAtWork) = (sheet, false);
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            // Another drawing took its place, or nobody looks any more: however it ended, it was to end.
        }
        catch (Exception e)
        {
            if (e is not (RefusedException or NotFoundException or FileNotFoundException))
                Log.LogError(e, "A preview failed.");
            (_failure, _isAtWork) = (
                ServerPaths.Hide(
                    e is RefusedException or NotFoundException or FileNotFoundException
                        ? EngineTexts.Of(Message.Of(e))
                        : T["PreviewFailed", e.Message]
                ),
                false
            );
        }
    }

    private static string Source(byte[] jpeg) => $"data:image/jpeg;base64,{Convert.ToBase64String(jpeg)}";
}

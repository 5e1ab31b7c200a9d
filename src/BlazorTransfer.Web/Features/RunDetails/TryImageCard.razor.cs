using System.Security.Claims;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Text;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;

namespace BlazorTransfer.Web.Features.RunDetails;

/// <summary>Shows the probabilities of a run's model for an image that is dropped, chosen or pasted.</summary>
public sealed partial class TryImageCard() : ScriptedComponent("./js/try-image.js")
{
    private readonly CancellationTokenSource _closed = new();
    private ElementReference _element;
    private ImagePrediction? _answer;
    private string _name = "";
    private string? _stage;
    private string? _failure;

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    [Parameter, EditorRequired]
    public string RunId { get; set; } = "";

    [Parameter, EditorRequired]
    public ClaimsPrincipal User { get; set; } = null!;

    [Inject]
    private ImagePredictions Predictions { get; set; } = null!;

    [Inject]
    private ILogger<TryImageCard> Log { get; set; } = null!;

    protected override ElementReference Element => _element;

    private bool _isAtWork => _stage is not null;

    protected override Task OnAfterRenderAsync(bool firstRender) => firstRender ? CallAsync("attach") : Task.CompletedTask;

    protected override void Release()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    private async Task TryAsync(InputFileChangeEventArgs chosen)
    {
        if (_isAtWork)
            return;
        IBrowserFile file = chosen.File;
        (_name, _answer, _failure) = (file.Name, null, null);
        try
        {
            if (file.Size > ImagePredictions.MaximumBytes)
                throw new RefusedException(T["FileTooLarge", ImagePredictions.MaximumBytes >> 20]);
            Show(T["Receiving"]);
            _answer = await Predictions.AnswerAsync(User, ProjectId, RunId, cancel => ReadAsync(file, cancel), _closed.Token);
        }
        catch (Exception) when (_closed.IsCancellationRequested)
        {
            // The page was closed.
        }
        catch (Exception e)
        {
            _failure = Describe(e);
        }

        _stage = null;
    }

    private void Show(string stage)
    {
        _stage = stage;
        StateHasChanged();
    }

    private async Task<byte[]> ReadAsync(IBrowserFile file, CancellationToken cancel)
    {
        await using Stream stream = file.OpenReadStream(ImagePredictions.MaximumBytes, cancel);
        // Without reserving the size that the browser claims.
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancel);
        Show(T["Predicting"]);
        return bytes.ToArray();
    }

    private string Describe(Exception e)
    {
        if (e is RefusedException or NotFoundException or ForbiddenException or FileNotFoundException)
            return ServerPaths.Hide(EngineTexts.Of(Message.Of(e)));
        if (DiskFullException.IsCauseOf(e))
            return EngineTexts.Of(DiskFullException.Sentence);
        Log.LogError(e, "An image could not be tried.");
        return T["ImageUnreadable"];
    }
}

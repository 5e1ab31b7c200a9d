using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Models;

/// <summary>The files of pretrained weights: import, files of the server's folder, and the list with their tensors.</summary>
public sealed partial class WeightsSection
{
    private const string Example = "torch.save(torchvision.models.mobilenet_v2(weights=\"DEFAULT\").state_dict(), \"mobilenet_v2.pth\")";

    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyList<BackboneWeights> _weights = [];
    private WeightsReport? _report;
    private string? _inspecting;
    private bool _looking;
    private FileUpload? _upload;
    private string _name = "";

    /// <summary>There are other weights than before.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    [CascadingParameter]
    private DisplayNames? Names { get; set; }

    [Inject]
    private WeightsLibrary Library { get; set; } = null!;

    [Inject]
    private WeightsFolder Folder { get; set; } = null!;

    [Inject]
    private OfficialWeightsCatalogue Official { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _weights = Library.List(User);
        _ = FollowFolderAsync();
    }

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    /// <summary>Files appear in the folder and are validated without any action on this page.</summary>
    private async Task FollowFolderAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(Refresh);
            for (int drawn = Folder.Changes; await timer.WaitForNextTickAsync(_closed.Token); )
            {
                if (drawn == Folder.Changes)
                    continue;
                drawn = Folder.Changes;
                await InvokeAsync(async () =>
                {
                    await LoadAsync();
                    StateHasChanged();
                });
            }
        }
        catch (OperationCanceledException) { }
    }

    private async Task LookAsync()
    {
        if (_looking)
            return;
        _looking = true;
        await AttemptAsync(() => Folder.LookNowAsync(User, _closed.Token));
        _looking = false;
        await LoadAsync();
    }

    private async Task InspectAsync(BackboneWeights entry)
    {
        _inspecting = entry.Id;
        await AttemptAsync(async () => _report = await Library.InspectAsync(User, entry.Id, _closed.Token));
        _inspecting = null;
    }

    private void TakeReport() => _report = Library.TakeReport(User);

    private void OnChosen(string file)
    {
        if (string.IsNullOrWhiteSpace(_name))
            _name = file;
    }

    private async Task UploadAsync()
    {
        if (_upload is not null)
            await _upload.SendAsync(AppRoutes.UploadWeights(_name));
    }

    private async Task OnUploaded()
    {
        _name = "";
        TakeReport();
        await LoadAsync();
    }

    private Task LoadAsync()
    {
        _weights = Library.List(User);
        return Changed.InvokeAsync();
    }

    private async Task RemoveAsync(BackboneWeights entry)
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, T["RemoveTitle"], T["RemoveHelp", entry.Name], T["Remove"]))
            return;
        await AttemptAsync(() => Library.Remove(User, entry.Id));
        await LoadAsync();
    }
}

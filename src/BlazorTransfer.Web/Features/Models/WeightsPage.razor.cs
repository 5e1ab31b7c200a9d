using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Models;

/// <summary>The library of pretrained weights.</summary>
public sealed partial class WeightsPage
{
    private IReadOnlyList<BackboneWeights> _weights = [];
    private FileUpload? _upload;
    private string _name = "";

    [Inject]
    private WeightsLibrary Library { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _weights = Library.List(User);
    }

    private void OnChosen(string file)
    {
        if (string.IsNullOrWhiteSpace(_name)) _name = file;
    }

    private async Task UploadAsync()
    {
        if (_upload is not null) await _upload.SendAsync(AppRoutes.UploadWeights(_name));
    }

    private void OnUploaded()
    {
        _name = "";
        _weights = Library.List(User);
    }

    private async Task RemoveAsync(BackboneWeights entry)
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, "Remove the weights?", $"{entry.Name} cannot be chosen for new runs any more. Finished runs are not affected.", "Remove")) return;
        await AttemptAsync(() => Library.Remove(User, entry.Id));
        _weights = Library.List(User);
    }
}

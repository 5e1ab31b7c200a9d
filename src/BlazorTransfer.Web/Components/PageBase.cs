using System.Security.Claims;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;

namespace BlazorTransfer.Web.Components;

/// <summary>A page of a signed-in user.</summary>
public abstract class PageBase : ComponentBase
{
    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = null!;

    [Inject]
    private protected NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private protected IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private protected ISnackbar Snackbar { get; set; } = null!;

    [Inject]
    private protected TimeProvider Clock { get; set; } = null!;

    private protected ClaimsPrincipal User { get; private set; } = new();

    protected override async Task OnInitializedAsync() => User = (await Authentication).User;

    /// <summary>Does what the user asked; a refusal is told in words and changes nothing on the page.</summary>
    private protected async Task<bool> AttemptAsync(Func<Task> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (Exception e) when (e is RefusedException or ForbiddenException or NotFoundException)
        {
            Snackbar.Add(EngineTexts.Of(Message.Of(e)), Severity.Error);
            return false;
        }
        catch (Exception e) when (DiskFullException.IsCauseOf(e))
        {
            Snackbar.Add(EngineTexts.Of(DiskFullException.Sentence), Severity.Error);
            return false;
        }
    }

    /// <inheritdoc cref="AttemptAsync(Func{Task})"/>
    private protected Task<bool> AttemptAsync(Action action) =>
        AttemptAsync(() =>
        {
            action();
            return Task.CompletedTask;
        });
}

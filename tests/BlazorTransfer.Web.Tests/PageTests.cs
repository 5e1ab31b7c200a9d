using System.Security.Claims;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace BlazorTransfer.Web.Tests;

/// <summary>Tests that render components of a running application, with its real services.</summary>
public abstract class PageTests : BunitContext
{
    private readonly IServiceScope _scope;

    /// <param name="settings">Settings of the application.</param>
    protected PageTests(params (string Name, string Value)[] settings)
    {
        App = new TestApp(null, settings);
        Services.AddMudServices();
        Services.AddSingleton(App.Get<MudBlazor.MudLocalizer>());
        JSInterop.Mode = JSRuntimeMode.Loose;
        _scope = App.Factory.Services.CreateScope();
        Services.AddFallbackServiceProvider(_scope.ServiceProvider);
    }

    private protected TestApp App { get; }

    /// <summary>Whether something on the page opens the lists of MudBlazor's fields already.</summary>
    private protected bool HasPopovers { get; set; }

    /// <summary>A page as a user sees it.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="parameters">Those of its route.</param>
    private protected IRenderedComponent<IComponent> Open<TPage>(ClaimsPrincipal user, params (string Name, object Value)[] parameters)
        where TPage : IComponent =>
        Render(builder =>
        {
            // MudBlazor's fields open their lists through it. Several pages at once share one.
            if (!HasPopovers)
            {
                builder.OpenComponent<MudBlazor.MudPopoverProvider>(0);
                builder.CloseComponent();
                HasPopovers = true;
            }

            builder.OpenComponent<CascadingValue<Task<AuthenticationState>>>(1);
            builder.AddComponentParameter(2, "Value", Task.FromResult(new AuthenticationState(user)));
            builder.AddComponentParameter(
                3,
                "ChildContent",
                (RenderFragment)(
                    inner =>
                    {
                        inner.OpenComponent<TPage>(0);
                        inner.AddMultipleAttributes(1, parameters.Select(p => KeyValuePair.Create(p.Name, p.Value)));
                        inner.CloseComponent();
                    }
                )
            );
            builder.CloseComponent();
        });

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _scope.Dispose();
        App.Dispose();
    }
}

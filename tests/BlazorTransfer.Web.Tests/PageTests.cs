using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace BlazorTransfer.Web.Tests;

/// <summary>Tests that render components of a running application, with its real services.</summary>
public abstract class PageTests : BunitContext
{
    private readonly IServiceScope _scope;

    protected PageTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
        _scope = App.Factory.Services.CreateScope();
        Services.AddFallbackServiceProvider(_scope.ServiceProvider);
    }

    private protected TestApp App { get; } = new();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _scope.Dispose();
        App.Dispose();
    }
}

using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Tests;

/// <summary>What a user does on a rendered page.</summary>
internal static class BunitActions
{
    /// <summary>
    /// Finds an element and acts on it without a render in between: on a page that renders by itself, a handler that was found a moment ago
    /// may be gone.
    /// </summary>
    public static void On(this IRenderedComponent<IComponent> page, Func<IElement> find, Action<IElement> act) =>
        page.InvokeAsync(() => act(find())).GetAwaiter().GetResult();

    public static void Press(this IRenderedComponent<IComponent> page, Func<IElement> find) => page.On(find, element => element.Click());
}

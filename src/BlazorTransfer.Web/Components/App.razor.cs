using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace BlazorTransfer.Web.Components;

public sealed partial class App
{
    [CascadingParameter]
    private HttpContext Context { get; set; } = null!;

    /// <summary>
    /// Pages that set cookies (sign-in, set-up) are plain HTML; all others live on a circuit. They are not rendered beforehand: the
    /// theme and the data are known only then, and a page that is drawn twice flickers.
    /// </summary>
    private IComponentRenderMode? Mode => Context.AcceptsInteractiveRouting() ? new InteractiveServerRenderMode(prerender: false) : null;
}

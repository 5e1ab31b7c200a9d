namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Tells open pages that a stored run of a project has changed, so that they read the project's runs again.</summary>
internal sealed class RunChanges
{
    /// <summary>Raised with the project's id, on any thread; a handler must be quick and must not throw.</summary>
    public event Action<string>? Changed;

    public void Publish(string projectId) => Changed?.Invoke(projectId);
}

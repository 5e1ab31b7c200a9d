using System.Security.Claims;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>The choices of an expert form that was left.</summary>
/// <param name="Request">The choices.</param>
/// <param name="NeedsWeights">True if the network had no weights yet, false if somebody chose random ones.</param>
internal sealed record FormDraft(RunRequest Request, bool NeedsWeights);

/// <summary>
/// Keeps the choices of the expert form for each person and project, so that they survive a look at another page. They are in memory only:
/// a restart of the application starts over.
/// </summary>
internal sealed class FormDrafts(ProjectAccess access)
{
    // A draft is a few kilobytes; the oldest ones go first.
    private const int MostDrafts = 1_000;

    private readonly Lock _gate = new();
    private readonly LinkedList<(string Key, FormDraft Draft)> _drafts = [];

    public FormDraft? Find(ClaimsPrincipal user, string projectId)
    {
        string key = KeyOf(user, projectId);
        lock (_gate)
            return _drafts.FirstOrDefault(d => d.Key == key).Draft;
    }

    public void Keep(ClaimsPrincipal user, string projectId, FormDraft draft)
    {
        string key = KeyOf(user, projectId);
        lock (_gate)
        {
            Remove(key);
            _drafts.AddLast((key, draft));
            if (_drafts.Count > MostDrafts)
                _drafts.RemoveFirst();
        }
    }

    public void Forget(ClaimsPrincipal user, string projectId)
    {
        string key = KeyOf(user, projectId);
        lock (_gate)
            Remove(key);
    }

    private void Remove(string key)
    {
        if (_drafts.FirstOrDefault(d => d.Key == key) is { Draft: not null } found)
            _drafts.Remove(found);
    }

    private string KeyOf(ClaimsPrincipal user, string projectId)
    {
        access.Require(user, projectId, ProjectRole.Viewer);
        return $"{UserClaims.IdOf(user)} {projectId}";
    }
}

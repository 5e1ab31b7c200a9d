using System.Security.Claims;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.SystemCheck;

/// <summary>Checks of this machine, for administrators; to others they do not exist.</summary>
internal sealed class SystemCheckService(
    DocumentCollection<SystemCheckResult> results,
    JobEngine jobs,
    SystemCheckJob kind,
    UserLimits limits
)
{
    /// <summary>The last result; null where the system was never checked.</summary>
    /// <exception cref="NotFoundException">The user is no administrator.</exception>
    public SystemCheckResult? Last(ClaimsPrincipal admin)
    {
        UserClaims.RequireAdmin(admin);
        return results.Find(SystemCheckResult.OnlyId);
    }

    /// <summary>Checks the system once earlier measurements have ended.</summary>
    /// <exception cref="NotFoundException">The user is no administrator.</exception>
    /// <exception cref="RefusedException">A check is running, or the worker refuses.</exception>
    public Task<SystemCheckResult> RunAsync(ClaimsPrincipal admin, CancellationToken cancel)
    {
        UserClaims.RequireAdmin(admin);
        limits.Take(admin, LimitedWork.Runs);
        var job = new NewJob<SystemCheckInput>(UserClaims.IdOf(admin), "System check", new SystemCheckInput());
        return jobs.RunAsync(kind, job, take: null, cancel);
    }
}

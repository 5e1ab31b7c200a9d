using System.Security.Claims;
using System.Threading.RateLimiting;
using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Refusals;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Security;

/// <summary>Work of one kind, of which each user may ask for so much in a minute.</summary>
internal enum LimitedWork
{
    /// <summary>Receiving, fetching or importing files.</summary>
    Uploads,

    /// <summary>Starting work of a worker: runs, rankings, finders, measurements.</summary>
    Runs,

    /// <summary>Previews, which people ask for while they set something.</summary>
    Previews,

    /// <summary>Reading the events of a run.</summary>
    Events,

    /// <summary>Downloading a model.</summary>
    Exports,

    /// <summary>Creating projects and accounts.</summary>
    Creations,
}

/// <summary>
/// How much each user may ask for. Services ask here before anything else, so that a request of a program and a click on a page count
/// alike and share one allowance. People behind one address do not slow each other down.
/// </summary>
internal sealed class UserLimits(IOptions<BlazorTransferOptions> options, SecurityLog log) : IDisposable
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Dictionary<LimitedWork, PartitionedRateLimiter<string>> _limiters = Enum.GetValues<LimitedWork>()
        .ToDictionary(work => work, work => PerUser(PermitsOf(work) * options.Value.RequestLimitFactor));

    /// <summary>How often a user may ask in a <see cref="Window"/>, unless <see cref="BlazorTransferOptions.RequestLimitFactor"/> raises
    /// it.</summary>
    public static int PermitsOf(LimitedWork work) =>
        work switch
        {
            LimitedWork.Uploads or LimitedWork.Runs or LimitedWork.Exports => 60,
            LimitedWork.Previews or LimitedWork.Creations => 120,
            LimitedWork.Events => 600,
            _ => throw new ArgumentOutOfRangeException(nameof(work)),
        };

    /// <exception cref="TooManyRequestsException">The user has asked too often.</exception>
    /// <exception cref="ForbiddenException">Nobody is signed in.</exception>
    public void Take(ClaimsPrincipal user, LimitedWork work)
    {
        using RateLimitLease lease = _limiters[work].AttemptAcquire(UserClaims.IdOf(user));
        if (lease.IsAcquired)
            return;
        log.AboveLimit(user, work);
        throw new TooManyRequestsException(lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan wait) ? wait : Window);
    }

    public void Dispose()
    {
        foreach (PartitionedRateLimiter<string> limiter in _limiters.Values)
            limiter.Dispose();
    }

    private static PartitionedRateLimiter<string> PerUser(int permits) =>
        PartitionedRateLimiter.Create<string, string>(userId =>
            RateLimitPartition.GetFixedWindowLimiter(
                userId,
                _ => new FixedWindowRateLimiterOptions { PermitLimit = permits, Window = Window }
            )
        );
}

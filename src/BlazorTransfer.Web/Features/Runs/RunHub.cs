using System.Runtime.CompilerServices;
using System.Security.Claims;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Runs for programs, such as notebooks: what happened from any point on, then live.</summary>
[Authorize]
internal sealed class RunHub(RunService runs, RunEventStream stream, GuardedStreams streams, UserLimits limits) : Hub
{
    /// <summary>Streams the events after <paramref name="afterSequence"/>, and ends with the run or with the user's access.</summary>
    public IAsyncEnumerable<RunEvent> StreamRun(string projectId, string runId, long afterSequence, CancellationToken cancel)
    {
        ClaimsPrincipal user = Context.User!;
        try
        {
            limits.Take(user, LimitedWork.Events);
        }
        catch (TooManyRequestsException e)
        {
            throw new HubException(e.Message);
        }

        return streams.ReadAsync(user, () => runs.Get(user, projectId, runId), stop => NumberedAsync(runId, afterSequence, stop), cancel);
    }

    private async IAsyncEnumerable<RunEvent> NumberedAsync(
        string runId,
        long afterSequence,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        await foreach (RunEventBatch batch in stream.ReadAsync(runId, afterSequence, cancel))
        {
            // Programs ask for what follows a number; a request to cancel has none until the worker takes it up.
            foreach (RunEvent runEvent in batch.Events.Where(e => e.Sequence > 0))
                yield return runEvent;
        }
    }
}

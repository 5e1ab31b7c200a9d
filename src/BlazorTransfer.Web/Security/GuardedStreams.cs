using System.Runtime.CompilerServices;
using System.Security.Claims;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.SignalR;

namespace BlazorTransfer.Web.Security;

/// <summary>Streams of hubs that end when the user's access ends.</summary>
internal sealed class GuardedStreams(Revocations revocations, Sessions sessions)
{
    /// <summary>Gives what <paramref name="open"/> gives, as long as the user has access.</summary>
    /// <param name="user">Who reads.</param>
    /// <param name="require">Throws where the user has no access to what is read.</param>
    /// <param name="open">Opens the stream; its token ends it.</param>
    /// <param name="cancel">The reader stops.</param>
    /// <exception cref="HubException">The user has no access, or has lost it.</exception>
    public async IAsyncEnumerable<T> ReadAsync<T>(
        ClaimsPrincipal user,
        Action require,
        Func<CancellationToken, IAsyncEnumerable<T>> open,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        string? refusal = null;
        using IDisposable watch = revocations.Begin(UserClaims.IdOf(user), _ => Check());
        Check();
        if (refusal is not null)
            throw new HubException(refusal);

        await using IAsyncEnumerator<T> items = open(ended.Token).GetAsyncEnumerator(ended.Token);
        while (await MoveNextAsync())
            yield return items.Current;

        void Check()
        {
            if ((refusal ??= WhyRefused(user, require)) is not null)
                ended.Cancel();
        }

        async Task<bool> MoveNextAsync()
        {
            try
            {
                // A stream that always has more may never look at its token.
                ended.Token.ThrowIfCancellationRequested();
                return await items.MoveNextAsync();
            }
            catch (OperationCanceledException) when (refusal is not null)
            {
                throw new HubException(refusal);
            }
        }
    }

    private string? WhyRefused(ClaimsPrincipal user, Action require)
    {
        try
        {
            if (!sessions.Holds(user))
                return "Your sign-in is no longer valid. Sign in again.";
            require();
            return null;
        }
        catch (Exception e) when (e is NotFoundException or ForbiddenException)
        {
            return e.Message;
        }
    }
}

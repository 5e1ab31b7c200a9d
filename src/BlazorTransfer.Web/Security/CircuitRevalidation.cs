using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace BlazorTransfer.Web.Security;

/// <summary>Tells an open page as soon as its sign-in ends, so that the page leads to the sign-in.</summary>
internal sealed class CircuitRevalidation : RevalidatingServerAuthenticationStateProvider
{
    private static readonly AuthenticationState SignedOut = new(new ClaimsPrincipal(new ClaimsIdentity()));
    private readonly Sessions _sessions;
    private readonly Revocations _revocations;
    private IDisposable? _watch;

    public CircuitRevalidation(ILoggerFactory logs, Sessions sessions, Revocations revocations)
        : base(logs)
    {
        (_sessions, _revocations) = (sessions, revocations);
        AuthenticationStateChanged += Follow;
    }

    /// <summary>The signal comes at once; asking now and then as well costs nothing.</summary>
    protected override TimeSpan RevalidationInterval => TimeSpan.FromMinutes(30);

    protected override Task<bool> ValidateAuthenticationStateAsync(
        AuthenticationState authenticationState,
        CancellationToken cancellationToken
    ) => Task.FromResult(_sessions.Holds(authenticationState.User));

    protected override void Dispose(bool disposing)
    {
        AuthenticationStateChanged -= Follow;
        _watch?.Dispose();
        base.Dispose(disposing);
    }

    private void Follow(Task<AuthenticationState> state) =>
        _ = state.ContinueWith(
            known => Follow(known.Result.User),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );

    private void Follow(ClaimsPrincipal user)
    {
        _watch?.Dispose();
        _watch = null;
        if (user.FindFirstValue(ClaimTypes.NameIdentifier) is not { } userId)
            return;
        _watch = _revocations.Begin(userId, _ => SignOutUnlessHeld(user));
        SignOutUnlessHeld(user);
    }

    private void SignOutUnlessHeld(ClaimsPrincipal user)
    {
        if (!_sessions.Holds(user))
            SetAuthenticationState(Task.FromResult(SignedOut));
    }
}

namespace BlazorTransfer.Web.Security;

/// <summary>
/// Slows down guessing of passwords. It counts by name and source, whether there is such an account or not, so that it says nothing about
/// names; and by name over all unknown sources, so that many addresses together are slow too. A browser from which the account signed in
/// before is a source of its own: guesses from elsewhere never keep it out. No pause is longer than 15 minutes. See ADR 18.
/// </summary>
internal sealed class SignInThrottle(TimeProvider clock)
{
    /// <summary>Attempts of one source before the first pause.</summary>
    public const int FreeAttempts = 10;

    /// <summary>Attempts of all unknown sources together in one <see cref="LongestPause"/>.</summary>
    public const int AttemptsOfUnknownSources = 100;
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);
    private const int MostEntries = 100_000;
    private readonly Dictionary<(string Name, string Source), Attempts> _attempts = [];
    private readonly Lock _gate = new();

    // Monotonic, so that a clock that is set does not end a pause or make it longer.
    private readonly long _start = clock.GetTimestamp();

    /// <summary>Whether a password may be tried. It counts as a failed attempt until <see cref="Succeed"/> is called, so that of many
    /// attempts at once no more are tried than of as many in a row.</summary>
    /// <param name="name">The normalised name, of an account or not.</param>
    /// <param name="source">Address or known browser.</param>
    /// <param name="isKnown">The account signed in from this source before.</param>
    public bool TryBegin(string name, string source, bool isKnown)
    {
        lock (_gate)
        {
            TimeSpan now = clock.GetElapsedTime(_start);
            Forget(now);
            Attempts own = _attempts.GetValueOrDefault((name, source), new Attempts(0, now, now));
            if (now < own.PausedUntil)
                return false;
            if (!isKnown && !TryCountUnknown(name, now))
                return false;
            int count = now - own.Last > Memory ? 1 : own.Count + 1;
            TimeSpan pause =
                count < FreeAttempts
                    ? TimeSpan.Zero
                    : TimeSpan.FromTicks(
                        (long)Math.Min(LongestPause.Ticks, FirstPause.Ticks * Math.Pow(2, Math.Min(count - FreeAttempts, 30)))
                    );
            _attempts[(name, source)] = new Attempts(count, now, now + pause);
            return true;
        }
    }

    /// <summary>The password was right: the source starts afresh.</summary>
    public void Succeed(string name, string source)
    {
        lock (_gate)
            _attempts.Remove((name, source));
    }

    /// <summary>Counts in windows, the first of which begins with the first attempt.</summary>
    private bool TryCountUnknown(string name, TimeSpan now)
    {
        Attempts all = _attempts.GetValueOrDefault((name, ""), new Attempts(0, now, now));
        if (now - all.Last >= LongestPause)
            all = new Attempts(0, now, now);
        if (all.Count >= AttemptsOfUnknownSources)
            return false;
        _attempts[(name, "")] = all with { Count = all.Count + 1 };
        return true;
    }

    /// <summary>Names come from strangers, so there is a limit to how many are remembered.</summary>
    private void Forget(TimeSpan now)
    {
        if (_attempts.Count < MostEntries)
            return;
        foreach (((string, string) key, Attempts _) in _attempts.OrderBy(e => e.Value.Last).Take(MostEntries / 2).ToList())
            _attempts.Remove(key);
    }

    /// <param name="Count">Attempts so far.</param>
    /// <param name="Last">When the last one began; for the sum of all unknown sources, when their window began.</param>
    /// <param name="PausedUntil">No attempt before that.</param>
    private readonly record struct Attempts(int Count, TimeSpan Last, TimeSpan PausedUntil);
}

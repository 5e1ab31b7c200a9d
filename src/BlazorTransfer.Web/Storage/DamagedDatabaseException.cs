namespace BlazorTransfer.Web.Storage;

/// <summary>The database file does not hold what was written to it.</summary>
internal sealed class DamagedDatabaseException : Exception
{
    /// <param name="reason">What is wrong, as a part of a sentence.</param>
    /// <param name="inner">What LiteDB said.</param>
    public DamagedDatabaseException(string reason, Exception? inner = null)
        : base($"The database is damaged: {reason}.", inner) => Reason = reason;

    public string Reason { get; }
}

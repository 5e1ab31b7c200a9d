using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Protocol;

/// <summary>Nothing can be written, because the disk or the quota of its owner is full.</summary>
public sealed class DiskFullException(Exception? inner = null) : IOException(Sentence.English, inner), IMessageException
{
    /// <summary>What people read, wherever it happens.</summary>
    public static Message Sentence { get; } =
        Messages.Message.Of("disk.full", $"The disk is full. Free some space on the disk of the data folder, then try again.");

    private const int NoSpace = 28,
        QuotaExceeded = 122,
        WindowsHandleFull = unchecked((int)0x80070027),
        WindowsDiskFull = unchecked((int)0x80070070);

    public Message Text => Sentence;

    /// <summary>Whether a failure, or what caused it, is a full disk.</summary>
    public static bool IsCauseOf(Exception? failure) =>
        failure switch
        {
            null => false,
            DiskFullException => true,
            IOException { HResult: WindowsDiskFull or WindowsHandleFull } => true,
            // The codes of Linux and macOS mean other things elsewhere.
            IOException { HResult: NoSpace or QuotaExceeded } when !OperatingSystem.IsWindows() => true,
            AggregateException several => several.InnerExceptions.Any(IsCauseOf),
            _ => IsCauseOf(failure.InnerException),
        };
}

using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets;

/// <summary>Skipped files in a few lines: the most frequent reasons first, each with a file that it is about.</summary>
public static class SkippedFiles
{
    private const int MostReasons = 5;

    public static IEnumerable<Message> Summarise(IReadOnlyCollection<RejectedFile> files)
    {
        if (files.Count == 0)
            yield break;
        yield return files.Count == 1
            ? Message.Of("skipped.one-file", $"1 file was skipped:")
            : Message.Of("skipped.files", $"{files.Count:N0} files were skipped:");
        (Message Reason, RejectedFile[] Files)[] reasons =
        [
            .. files.GroupBy(f => f.Reason).Select(g => (g.Key, g.ToArray())).OrderByDescending(r => r.Item2.Length),
        ];
        foreach ((Message reason, RejectedFile[] alike) in reasons.Take(MostReasons))
            yield return alike.Length == 1
                ? Message.Of("skipped.file", $"{alike[0].Name}: {reason}")
                : Message.Of("skipped.alike", $"{alike[0].Name} and {alike.Length - 1:N0} more: {reason}");
        if (reasons.Length > MostReasons)
            yield return Message.Of(
                "skipped.other-reasons",
                $"{reasons.Skip(MostReasons).Sum(r => r.Files.Length):N0} more files for other reasons."
            );
    }
}

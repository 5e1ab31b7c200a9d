using System.Text.RegularExpressions;

namespace BlazorTransfer.Core.Text;

/// <summary>Takes the places of files on the server out of messages, for people who have no business to know them.</summary>
public static partial class ServerPaths
{
    /// <summary>The message with only the last name of each absolute path, as in <c>…/weights.bin</c>. Addresses of the web stay.</summary>
    public static string Hide(string message) => Bare().Replace(Quoted().Replace(message, Shorten), Shorten);

    private static string Shorten(Match path)
    {
        string[] names = path.Groups["path"].Value.Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries);
        return path.Groups["before"].Value + "…/" + names[^1];
    }

    // A path in quotation marks may have spaces.
    [GeneratedRegex("""(?<before>['"‘“`])(?<path>(?:/|[A-Za-z]:[/\\])[^'"’”`\r\n]*?[/\\][^'"’”`\r\n]*)(?=['"’”`])""")]
    private static partial Regex Quoted();

    // What stands before it tells a path from the middle of an address, of a relative path or of a word.
    [GeneratedRegex("""(?<before>(?<![\w.:/\\…-]))(?<path>(?:/|[A-Za-z]:[/\\])(?:[^\s/\\'"<>|:*?,;()]+[/\\])+[^\s/\\'"<>|:*?,;()]*)""")]
    private static partial Regex Bare();
}

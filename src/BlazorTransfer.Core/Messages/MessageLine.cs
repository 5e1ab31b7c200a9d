using System.Text.Json;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Messages;

/// <summary>The reason of a failed worker command as one line of its standard error: JSON for the web application, English for
/// people.</summary>
public static class MessageLine
{
    /// <summary>Environment variable by which the web application asks for JSON.</summary>
    public const string Variable = "BLAZORTRANSFER_MESSAGES";

    private const string AsJson = "json";

    /// <summary>Whether the process that started this one asked for JSON.</summary>
    public static bool IsWanted => Environment.GetEnvironmentVariable(Variable) == AsJson;

    /// <summary>Asks a process to be started for JSON.</summary>
    public static KeyValuePair<string, string> Wanted { get; } = new(Variable, AsJson);

    public static string Write(Message message) => JsonSerializer.Serialize(message, ProtocolJson.Line);

    /// <summary>Reads a line of either form; a library may have written another one first.</summary>
    public static Message Read(string line)
    {
        try
        {
            return line.StartsWith('{') ? JsonSerializer.Deserialize<Message>(line, ProtocolJson.Line)! : Message.Plain(line);
        }
        catch (JsonException)
        {
            return Message.Plain(line);
        }
    }
}

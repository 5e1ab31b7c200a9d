using System.Text.Json;
using System.Text.Json.Serialization;

namespace BlazorTransfer.Core.Messages;

/// <summary>Writes a message as an object with code, arguments and English text, or as a bare text where it has no code. Reads both, so
/// that texts of earlier versions become messages.</summary>
internal sealed class MessageJsonConverter : JsonConverter<Message>
{
    public override Message Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return Message.Plain(reader.GetString()!);
        return JsonSerializer.Deserialize<Parts>(ref reader, options) is { Text: { } text } parts
            ? Message.From(parts.Code, parts.Arguments, text)
            : throw new JsonException("A message has no text.");
    }

    public override void Write(Utf8JsonWriter writer, Message value, JsonSerializerOptions options)
    {
        if (value.Code is null)
            writer.WriteStringValue(value.English);
        else
            JsonSerializer.Serialize(writer, new Parts(value.Code, value.Arguments, value.English), options);
    }

    private sealed record Parts(string? Code, IReadOnlyList<MessageArgument>? Arguments, string? Text);
}

/// <summary>Writes an argument as the JSON value that it is: a number, a text, a list of texts or a message.</summary>
internal sealed class MessageArgumentJsonConverter : JsonConverter<MessageArgument>
{
    public override MessageArgument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Number => reader.TryGetInt64(out long number) ? new(number) : new(reader.GetDouble()),
            JsonTokenType.String => new(reader.GetString()!),
            JsonTokenType.StartArray => new(JsonSerializer.Deserialize<string[]>(ref reader, options)!),
            JsonTokenType.StartObject => new(JsonSerializer.Deserialize<Message>(ref reader, options)!),
            _ => throw new JsonException("An argument of a message is a number, a text, a list of texts or a message."),
        };

    public override void Write(Utf8JsonWriter writer, MessageArgument value, JsonSerializerOptions options)
    {
        switch (value.Value)
        {
            case long number:
                writer.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            default:
                JsonSerializer.Serialize(writer, value.Value is double odd ? $"{odd}" : value.Value, options);
                break;
        }
    }
}

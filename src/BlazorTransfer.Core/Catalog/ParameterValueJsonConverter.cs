using System.Text.Json;
using System.Text.Json.Serialization;

namespace BlazorTransfer.Core.Catalog;

internal sealed class ParameterValueJsonConverter : JsonConverter<ParameterValue>
{
    public override ParameterValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Number => reader.GetDouble(),
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.String => reader.GetString()!,
            _ => throw new JsonException("A parameter value must be a number, a boolean or a text."),
        };

    public override void Write(Utf8JsonWriter writer, ParameterValue value, JsonSerializerOptions options)
    {
        if (value.AsNumber is { } number)
            writer.WriteNumberValue(number);
        else if (value.AsBoolean is { } boolean)
            writer.WriteBooleanValue(boolean);
        else
            writer.WriteStringValue(value.AsText);
    }
}

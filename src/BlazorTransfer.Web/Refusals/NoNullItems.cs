using System.Text.Json;
using System.Text.Json.Serialization;

namespace BlazorTransfer.Web.Refusals;

/// <summary>
/// Refuses null as an item of a list in a request. <see cref="JsonSerializerOptions.RespectNullableAnnotations"/> looks at properties only,
/// so that a null in a list would reach code that expects none.
/// </summary>
internal sealed class NoNullItems : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType
        && typeToConvert.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
        && !typeToConvert.GetGenericArguments()[0].IsValueType;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(ListConverter<>).MakeGenericType(typeToConvert.GetGenericArguments()[0]))!;

    private sealed class ListConverter<T> : JsonConverter<IReadOnlyList<T>>
        where T : class
    {
        public override IReadOnlyList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<T?[]>(ref reader, options) is { } items && !items.Contains(null)
                ? [.. items.OfType<T>()]
                : throw new JsonException("A list has an empty item (null). Remove it.");

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.ToArray(), options);
    }
}

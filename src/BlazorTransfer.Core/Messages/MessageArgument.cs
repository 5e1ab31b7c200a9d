using System.Text.Json.Serialization;

namespace BlazorTransfer.Core.Messages;

/// <summary>A value in a message: a number, a text, a list of texts, or another message. A page formats it in its language.</summary>
[JsonConverter(typeof(MessageArgumentJsonConverter))]
public sealed record MessageArgument
{
    public MessageArgument(long number) => Value = number;

    public MessageArgument(double number) => Value = number;

    public MessageArgument(string text) => Value = text;

    public MessageArgument(IReadOnlyList<string> texts) => Value = texts;

    public MessageArgument(Message message) => Value = message;

    /// <summary>A <see cref="long"/>, <see cref="double"/>, <see cref="string"/>, list of strings or <see cref="Message"/>.</summary>
    public object Value { get; }

    internal MessageArgument Map(Func<string, string> change) =>
        Value switch
        {
            string text => new MessageArgument(change(text)),
            IReadOnlyList<string> texts => new MessageArgument([.. texts.Select(change)]),
            Message message => new MessageArgument(message.Map(change)),
            _ => this,
        };
}

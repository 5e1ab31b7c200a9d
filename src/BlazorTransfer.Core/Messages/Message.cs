using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace BlazorTransfer.Core.Messages;

/// <summary>
/// A sentence for people: a code with arguments, from which a page makes the sentence in its language, and the same in English. The command
/// line, logs and the API show the English text. See ADR 29.
/// </summary>
[JsonConverter(typeof(MessageJsonConverter))]
public sealed record Message
{
    /// <summary>Code of several messages in one line; the arguments are the messages.</summary>
    public const string Sentences = "sentences";

    /// <summary>Code of several messages, each on a line of its own; the arguments are the messages.</summary>
    public const string Lines = "lines";

    private Message(string? code, IReadOnlyList<MessageArgument> arguments, string english) =>
        (Code, Arguments, English) = (code, arguments, english);

    /// <summary>Name of the translations, such as <c>run.diverged</c>; null where the text is known in English only, as in records of
    /// earlier versions.</summary>
    public string? Code { get; }

    /// <summary>For the placeholders of the translation, in order.</summary>
    public IReadOnlyList<MessageArgument> Arguments { get; }

    /// <summary>The whole sentence in English, arguments included.</summary>
    public string English { get; }

    /// <param name="code">Name of the translations; one code has one English text.</param>
    /// <param name="text">The English text as an interpolated string, whose values become the arguments.</param>
    public static Message Of(string code, MessageText text) => new(code, text.Arguments, text.English);

    /// <summary>A text that is not translated, such as the message of the operating system.</summary>
    public static Message Plain(string english) => new(null, [], english);

    /// <summary>The message of an exception: with its code where it has one.</summary>
    public static Message Of(Exception exception) => exception is IMessageException { Text: { } text } ? text : Plain(exception.Message);

    /// <summary>A message from its stored parts.</summary>
    public static Message From(string? code, IReadOnlyList<MessageArgument>? arguments, string english) =>
        new(code, arguments ?? [], english);

    /// <summary>The English text, for the command line, logs and the API. Pages call <c>EngineTexts.Of</c> instead.</summary>
    [return: NotNullIfNotNull(nameof(message))]
    public static implicit operator string?(Message? message) => message?.English;

    /// <summary>Several messages in one line.</summary>
    public static Message Join(IReadOnlyList<Message> messages) => Join(Sentences, " ", messages);

    /// <summary>Several messages, each on a line of its own.</summary>
    public static Message JoinLines(IReadOnlyList<Message> messages) => Join(Lines, "\n", messages);

    /// <summary>The same message with each of its texts changed, such as to hide the server's paths.</summary>
    public Message Map(Func<string, string> change) => new(Code, [.. Arguments.Select(a => a.Map(change))], change(English));

    /// <summary>Messages are equal where they say the same, with a code or without.</summary>
    public bool Equals(Message? other) => English == other?.English;

    public override int GetHashCode() => English.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => English;

    private static Message Join(string code, string separator, IReadOnlyList<Message> messages) =>
        messages.Count == 1
            ? messages[0]
            : new(code, [.. messages.Select(m => new MessageArgument(m))], string.Join(separator, messages.Select(m => m.English)));
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Resources;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Web.Localization;

/// <summary>
/// Messages of the engine, the worker and imports in the language of the page. English is in the message itself, so that only translations
/// have a resource file; a message without one, such as that of a newer worker, is shown in English.
/// </summary>
internal sealed class EngineTexts
{
    private const string ListSeparator = "list-separator";

    private static readonly ResourceManager Messages = new(typeof(EngineTexts));
    private static readonly ResourceManager Catalogue = new(typeof(CatalogueTexts));

    [return: NotNullIfNotNull(nameof(message))]
    public static string? Of(Message? message) => message is null ? null : Of(message, Languages.Current);

    internal static string Of(Message message, CultureInfo language)
    {
        if (message.Code is Message.Sentences or Message.Lines)
            return string.Join(
                message.Code == Message.Lines ? "\n" : Find(Message.Sentences, language) ?? " ",
                message.Arguments.Select(a => ValueOf(a, language))
            );
        if (Find(message.Code, language) is not { } format)
            return message.English;
        try
        {
            return string.Format(language, format, [.. message.Arguments.Select(a => ValueOf(a, language))]);
        }
        catch (FormatException)
        {
            // The message of another version has fewer arguments.
            return message.English;
        }
    }

    private static object ValueOf(MessageArgument argument, CultureInfo language) =>
        argument.Value switch
        {
            Message message => Of(message, language),
            IReadOnlyList<string> texts => string.Join(Find(ListSeparator, language) ?? ", ", texts),
            var value => value,
        };

    private static string? Find(string? code, CultureInfo language) =>
        code is null ? null : Find(Messages, code, language) ?? Find(Catalogue, code, language);

    // Not the manager's own fallback, which asks for the English file that does not exist.
    private static string? Find(ResourceManager resources, string code, CultureInfo language) =>
        language.Equals(Languages.English)
            ? null
            : resources.GetResourceSet(language, createIfNotExists: true, tryParents: false)?.GetString(code);
}

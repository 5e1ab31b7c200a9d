using System.Resources;
using Microsoft.Extensions.Localization;
using MudBlazor;

namespace BlazorTransfer.Web.Localization;

/// <summary>
/// The labels that MudBlazor's components bring along, such as "Clear" in a field, in the language of the page. Its English is its own, so
/// only translations have a resource file.
/// </summary>
internal sealed class MudTexts : MudLocalizer
{
    private static readonly ResourceManager Translations = new(typeof(MudTexts));

    public override LocalizedString this[string key] => this[key, []];

    public override LocalizedString this[string key, params object[] arguments]
    {
        get
        {
            string? text = Find(key);
            return new LocalizedString(key, text is null ? key : string.Format(Languages.Current, text, arguments), text is null);
        }
    }

    // Not the manager's own fallback, which asks for the English file that does not exist.
    private static string? Find(string key) =>
        Languages.Current.Equals(Languages.English)
            ? null
            : Translations.GetResourceSet(Languages.Current, createIfNotExists: true, tryParents: false)?.GetString(key);
}

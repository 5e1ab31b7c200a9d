using System.Resources;

namespace BlazorTransfer.Web.Localization;

/// <summary>
/// Texts of a resource file in the language of the page, for code that no container makes. Components and services take an
/// <c>IStringLocalizer</c>, which reads the same files.
/// </summary>
/// <typeparam name="T">The type that the file is named after, such as <c>SecurityTexts</c>.</typeparam>
internal static class Texts<T>
{
    private static readonly ResourceManager Resources = new(typeof(T));

    /// <param name="key">Of the text.</param>
    /// <param name="values">For its placeholders.</param>
    /// <exception cref="MissingManifestResourceException">There is no such text.</exception>
    public static string Get(string key, params object[] values) =>
        string.Format(
            Languages.Current,
            Resources.GetString(key, Languages.Current) ?? throw new MissingManifestResourceException($"There is no text '{key}'."),
            values
        );

    /// <summary>A text with a number: the one whose key ends with <c>.One</c> for 1, and the one with <c>.Many</c> otherwise.</summary>
    /// <param name="key">Of both texts, without that end.</param>
    /// <param name="count">For the first placeholder.</param>
    /// <param name="values">For the placeholders after it.</param>
    /// <exception cref="MissingManifestResourceException">There is no such text.</exception>
    public static string Count(string key, long count, params object[] values) =>
        Get(key + (count == 1 ? ".One" : ".Many"), [count.ToString("N0", Languages.Current), .. values]);
}

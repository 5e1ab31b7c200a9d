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
}

using BlazorTransfer.Core.Text;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Security;

/// <summary>The one check of names that people type: of accounts, projects, data sets, weights and runs.</summary>
internal static class TypedName
{
    /// <param name="name">As it was typed.</param>
    /// <param name="longest">Most characters.</param>
    /// <param name="thing">What is named.</param>
    /// <returns>The name without spaces at its ends.</returns>
    /// <exception cref="RefusedException">It is empty or too long, or has characters that no name may have.</exception>
    public static string Check(string name, int longest, NamedThing thing)
    {
        // Control characters at the ends are no spaces, so they are looked for before the ends are cut off.
        if (!NameRule.IsPlain(name))
            throw Refusal("NameWithControls");
        if (name.Trim().Length > 0 && !NameRule.IsVisible(name))
            throw Refusal("NameInvisible");
        return name.Trim() is { Length: > 0 } trimmed && trimmed.Length <= longest ? trimmed : throw Refusal("NameLength");

        RefusedException Refusal(string key) => new(Texts<SecurityTexts>.Get(key, Texts<SecurityTexts>.Get($"Thing.{thing}"), longest));
    }
}

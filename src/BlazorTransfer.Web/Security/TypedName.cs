using BlazorTransfer.Core.Text;
using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Security;

/// <summary>The one check of names that people type: of accounts, projects, data sets, weights and runs.</summary>
internal static class TypedName
{
    /// <param name="name">As it was typed.</param>
    /// <param name="longest">Most characters.</param>
    /// <param name="thing">What is named, such as "A project".</param>
    /// <returns>The name without spaces at its ends.</returns>
    /// <exception cref="RefusedException">It is empty or too long, or has characters that no name may have.</exception>
    public static string Check(string name, int longest, string thing)
    {
        // Control characters at the ends are no spaces, so they are looked for before the ends are cut off.
        if (!NameRule.IsPlain(name))
            throw new RefusedException(
                $"{thing} cannot have this name: it has control characters, such as a line break. Type it again instead of pasting it."
            );
        if (name.Trim().Length > 0 && !NameRule.IsVisible(name))
            throw new RefusedException($"{thing} cannot have this name: it has characters that cannot be seen. Type it again.");
        return name.Trim() is { Length: > 0 } trimmed && trimmed.Length <= longest
            ? trimmed
            : throw new RefusedException($"{thing} needs a name of 1 to {longest} characters.");
    }
}

using BlazorTransfer.Core.Catalog;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>Where the settings of a method stand in the form.</summary>
/// <param name="specs">All of them, in the order of the catalogue.</param>
internal sealed class SettingsLayout(IReadOnlyList<ParameterSpec> specs)
{
    /// <summary>Those that most people look at, without <see cref="Augmentation"/>.</summary>
    public IReadOnlyList<ParameterSpec> Usual => [.. Others.Where(s => !s.Advanced)];

    /// <summary>What happens to the training images, the usual choice first.</summary>
    public IReadOnlyList<ParameterSpec> Augmentation =>
        [.. specs.Where(s => s.Section == ParameterSections.Augmentation).OrderBy(s => s.Advanced)];

    /// <summary>The rest by heading: the method's own first, and last where it runs, also where that has no settings.</summary>
    public IReadOnlyList<(string Heading, IReadOnlyList<ParameterSpec> Specs)> Advanced
    {
        get
        {
            ILookup<string, ParameterSpec> sections = Others.Where(s => s.Advanced).ToLookup(s => s.Section);
            IEnumerable<string> common = sections
                .Select(s => s.Key)
                .Where(key => key is not (ParameterSections.Method or ParameterSections.Machine));
            string[] headings =
            [
                .. sections.Contains(ParameterSections.Method) ? [ParameterSections.Method] : Array.Empty<string>(),
                .. common,
                ParameterSections.Machine,
            ];
            return [.. headings.Select(heading => (heading, (IReadOnlyList<ParameterSpec>)[.. sections[heading]]))];
        }
    }

    private IEnumerable<ParameterSpec> Others => specs.Where(s => s.Section != ParameterSections.Augmentation);
}

using System.Text;
using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Core.Tests.Datasets.Annotations;

/// <summary>Imports of annotation files without real images: each file that is no text counts as an image of one size.</summary>
internal static class AnnotatedImport
{
    public const int Width = 100;
    public const int Height = 80;

    public static ImportPlan Plan(ImportOptions options, params (string Name, string Content)[] files)
    {
        Dictionary<string, byte[]> bytes = files.ToDictionary(f => f.Name, f => Encoding.UTF8.GetBytes(f.Content));
        return ImportPlan.Of([.. bytes.Keys], name => (bytes[name], null), options);
    }

    public static ImportResult Run(ImportOptions options, params (string Name, string Content)[] files)
    {
        ImportPlan plan = Plan(options, files);
        return plan.Assemble(
            [
                .. plan.Placed.Select(p => new ImportedImage(
                    p,
                    new StoredImage(p.Name, Convert.ToHexStringLower(Encoding.UTF8.GetBytes(p.Name)), Width, Height)
                )),
            ],
            [],
            SplitPlan.Default
        );
    }

    /// <summary>What was skipped, as <c>name: reason</c>.</summary>
    public static string[] Skipped(this ImportResult result) => [.. result.Rejected.Select(r => $"{r.Name}: {r.Reason.English}")];

    /// <summary>Labels by name.</summary>
    public static string[] Labels(this ImportResult result) =>
        [
            .. result
                .Manifest.Samples.OrderBy(s => s.Name, StringComparer.Ordinal)
                .Select(s => $"{s.Name}: {string.Join('+', s.Labels ?? [s.Label!])}"),
        ];

    /// <summary>Images without content.</summary>
    public static (string, string)[] Images(params string[] names) => [.. names.Select(n => (n, ""))];
}

using System.Text.Json;
using BlazorTransfer.Training.Tests.Backbones;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Adaptation;

/// <summary>Two domains of the fill rule's numbers in float64, the target shrunk and moved, and what NumPy makes of them.</summary>
internal static class ReferenceDomains
{
    public const int Sources = 30,
        Targets = 20,
        Width = 6;

    public static JsonElement Numbers() =>
        JsonDocument.Parse(File.ReadAllText(SharedFiles.Path("reference", "domain-adaptation-exact.json"))).RootElement;

    public static Tensor Source(int rows = Sources, int width = Width) =>
        tensor([.. FillRule.Uniform("Xs", rows * width).Select(u => 2 * u - 1)]).reshape(rows, width);

    public static Tensor Target(int rows = Targets, int width = Width) =>
        tensor([.. FillRule.Uniform("Xt", rows * width).Select(u => (2 * u - 1) * 0.7 + 0.5)]).reshape(rows, width);

    public static double[] Values(this Tensor tensor) => tensor.to(float64).contiguous().data<double>().ToArray();

    /// <summary>Each number as near as <paramref name="tolerance"/>.</summary>
    public static void AssertClose(IEnumerable<double> expected, IEnumerable<double> actual, double tolerance)
    {
        double[] wanted = [.. expected],
            found = [.. actual];
        Assert.Equal(wanted.Length, found.Length);
        for (int i = 0; i < wanted.Length; i++)
            Assert.True(Math.Abs(wanted[i] - found[i]) <= tolerance, $"Number {i} is {found[i]:R}, not {wanted[i]:R}.");
    }
}

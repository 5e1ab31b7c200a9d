using BlazorTransfer.Core.Catalog;

namespace BlazorTransfer.Training.Backbones;

/// <summary>The only door to the architectures: a new one is one file and one line here.</summary>
public static class BackboneRegistry
{
    private static readonly BackboneEntry[] Entries =
    [
        .. MobileNetV2.Entries,
        .. ResNet.Entries,
        .. SqueezeNet.Entries,
    ];

    public static IReadOnlyList<BackboneSpec> All { get; } = [.. Entries.Select(e => e.Spec)];

    /// <summary>Builds the network with random weights and a head of <paramref name="classes"/> outputs.</summary>
    /// <exception cref="TrainingException">There is no architecture of that name.</exception>
    public static Backbone Create(string name, int classes) =>
        Entries.FirstOrDefault(e => e.Spec.Name == name)?.Create(classes)
        ?? throw TrainingException.BadInput($"There is no backbone named '{name}'. Known are: {string.Join(", ", All.Select(s => s.Name))}.");
}

/// <param name="Spec">What the catalogue says of the architecture.</param>
/// <param name="Create">Builds it for a number of classes.</param>
internal sealed record BackboneEntry(BackboneSpec Spec, Func<int, Backbone> Create);

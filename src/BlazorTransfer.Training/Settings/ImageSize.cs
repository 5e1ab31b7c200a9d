using BlazorTransfer.Core.Catalog;

namespace BlazorTransfer.Training.Settings;

/// <summary>The image size that the settings of a run ask for.</summary>
internal static class ImageSize
{
    /// <summary>What evaluation does to an image: the network's own preprocessing, at the size of the settings.</summary>
    public static Preprocessing PreprocessingOf(BackboneSpec backbone, ParameterSet settings)
    {
        int side = settings.Integer(CommonParameters.ImageSize);
        return side == 0 ? backbone.Preprocessing : backbone.Preprocessing.WithInput(side);
    }
}

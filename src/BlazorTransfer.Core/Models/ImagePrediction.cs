using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Models;

/// <summary>A model's answer to one image.</summary>
/// <param name="Classes">The most probable classes, the best first.</param>
/// <param name="LabelSets">The same for each label set that the model answers too.</param>
/// <param name="Side">Side of the network's input, in pixels.</param>
/// <param name="Input">The image as the network sees it: resized and cropped, a JPEG.</param>
public sealed record ImagePrediction(
    IReadOnlyList<ClassProbability> Classes,
    IReadOnlyList<LabelSetPrediction> LabelSets,
    int Side,
    byte[] Input
);

/// <param name="Name">Name of the label set.</param>
/// <param name="Top">The most probable labels, the best first.</param>
public sealed record LabelSetPrediction(string Name, IReadOnlyList<ClassProbability> Top);

namespace BlazorTransfer.Core.Catalog;

/// <summary>A part that a method plays in advice and comparisons, so that no page knows a method by its name.</summary>
public enum MethodRole
{
    /// <summary>Chosen where nobody chose one.</summary>
    Default,

    /// <summary>Measures how well the frozen features separate the classes.</summary>
    FeatureProbe,

    /// <summary>The same learning without adaptation, for methods that <see cref="TransferMethodSpec.FitsAtOnce"/> like it.</summary>
    SourceOnlyBaseline,

    /// <summary>Suggested where nothing has been tried yet, where images are few, and where little is left to gain.</summary>
    SuggestedFirst,

    /// <summary>Suggested after a probe, where there are enough images to train the features.</summary>
    SuggestedWithMoreImages,

    /// <summary>Suggested where there are enough images to train the whole network.</summary>
    SuggestedWithManyImages,

    /// <summary>Suggested where there are no pretrained weights.</summary>
    SuggestedWithoutWeights,

    /// <summary>Suggested where there is a target domain.</summary>
    SuggestedForAdaptation,
}

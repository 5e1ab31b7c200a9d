namespace BlazorTransfer.Core.Catalog;

/// <summary>Names of the hyper-parameters that the web application treats in a special way: one definition for it and the worker.</summary>
public static class ParameterNames
{
    /// <summary>Length of a run; successive halving changes it from round to round.</summary>
    public const string Epochs = "epochs";

    /// <summary>Found by the batch-size finder.</summary>
    public const string BatchSize = "batch-size";

    /// <summary>Found by the learning-rate finder, and the first setting that a search suggests.</summary>
    public const string LearningRate = "learning-rate";

    /// <summary>The score that the best epoch and the best trial are chosen by.</summary>
    public const string BestOf = "best-of";

    /// <summary>Draws as many images of each class; without effect on images with several labels.</summary>
    public const string BalancedSampling = "balanced-sampling";

    /// <summary>Decides whether the label sets' own weights count.</summary>
    public const string TaskWeighting = "task-weighting";

    /// <summary>Side of the images that the network is given; 0 is the network's own.</summary>
    public const string ImageSize = "image-size";

    /// <summary>Side of the training images in the first epoch, where they grow; 0 where they do not.</summary>
    public const string FirstImageSize = "first-image-size";

    /// <summary>Precision of training steps.</summary>
    public const string Precision = "precision";

    /// <summary>Precision of the output of frozen layers.</summary>
    public const string FrozenPrecision = "frozen-precision";
}

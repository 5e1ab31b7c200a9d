namespace BlazorTransfer.Core.Datasets;

/// <summary>Which labelled images of a data set a run trains on.</summary>
public enum TrainingImages
{
    /// <summary>The training split. The validation split selects the best epoch.</summary>
    TrainingSplit,

    /// <summary>Training and validation split. No image is left for validation; the test split still scores the result.</summary>
    WithValidation,

    /// <summary>All three splits. No image is left to score the result.</summary>
    WithValidationAndTest,
}

public static class TrainingImagesExtensions
{
    /// <summary>The data set with the images that train in its training split.</summary>
    public static DatasetManifest Apply(this TrainingImages images, DatasetManifest data) =>
        images switch
        {
            TrainingImages.TrainingSplit => data,
            TrainingImages.WithValidation => Moved(data, s => s.Split == Split.Validation),
            TrainingImages.WithValidationAndTest => Moved(data, _ => true),
            _ => throw new ArgumentOutOfRangeException(nameof(images), images, null),
        };

    private static DatasetManifest Moved(DatasetManifest data, Func<Sample, bool> moves) =>
        data with
        {
            Samples = [.. data.Samples.Select(s => moves(s) ? s with { Split = Split.Train } : s)],
        };
}

using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Training.Export;

/// <summary>Origin and licence of the pretrained weights that a model was trained from, as a file of its package.</summary>
internal static class WeightsNotice
{
    public const string FileName = "NOTICE.txt";

    /// <summary>The text; null for a model of weights without a recorded origin.</summary>
    public static string? For(JobSpec job) =>
        job.Weights is not { File: not null, Origin: { } origin }
            ? null
            : $"""
                This model was trained from pretrained weights: {job.Weights.Name}.
                Origin and licence: {origin}

                {job.Weights.LicenceText}
                """.TrimEnd() + "\n";
}

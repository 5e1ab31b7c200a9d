using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Runs;

namespace BlazorTransfer.Web.Features.Train;

/// <summary>How much time a training may take for a better model.</summary>
public enum TrainPreset
{
    /// <summary>One linear probe.</summary>
    Quick,

    /// <summary>A few methods on one network.</summary>
    Balanced,

    /// <summary>A ranking of the networks, then cross-validation of the best ones.</summary>
    Best,
}

/// <summary>A preset for a data set, as its card shows it.</summary>
/// <param name="Preset">Which one.</param>
/// <param name="Steps">What is tried, a phrase each.</param>
/// <param name="Time">How long it takes.</param>
/// <param name="WhyNot">Why it cannot start; null where it can.</param>
internal sealed record PresetOffer(TrainPreset Preset, IReadOnlyList<string> Steps, TimeRange Time, string? WhyNot = null);

/// <summary>Why nothing can be trained on a data set, and where to go.</summary>
/// <param name="Text">What is missing and what to do.</param>
/// <param name="LinkText">Text of the link; empty for none.</param>
/// <param name="Address">Address of the link.</param>
internal sealed record TrainObstacle(string Text, string LinkText = "", string Address = "");

/// <summary>Configurations that a preset compares.</summary>
/// <param name="Requests">One run each, or one for each fold.</param>
/// <param name="Steps">What they are, in the words of the card.</param>
/// <param name="Time">How long they take together.</param>
internal sealed record Comparison(IReadOnlyList<RunRequest> Requests, IReadOnlyList<string> Steps, TimeRange Time);

using System.Text.Json.Serialization;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Protocol;

/// <summary>
/// Something that happened in a run: one line of <c>events.jsonl</c>, which is the truth about the run. The hierarchy is
/// closed. <see cref="Sequence"/> counts from 1 without gaps, so a reader that has seen N asks for what follows N.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RunQueued), "queued")]
[JsonDerivedType(typeof(AttemptStarted), "attempt")]
[JsonDerivedType(typeof(RunStarted), "started")]
[JsonDerivedType(typeof(PhaseProgressed), "phase")]
[JsonDerivedType(typeof(StepCompleted), "step")]
[JsonDerivedType(typeof(EpochCompleted), "epoch")]
[JsonDerivedType(typeof(SamplesPredicted), "predictions")]
[JsonDerivedType(typeof(EvaluationCompleted), "evaluation")]
[JsonDerivedType(typeof(CheckpointSaved), "checkpoint")]
[JsonDerivedType(typeof(ArtifactWritten), "artifact")]
[JsonDerivedType(typeof(MessageLogged), "message")]
[JsonDerivedType(typeof(RunCancelRequested), "cancel-requested")]
[JsonDerivedType(typeof(RunStopRequested), "stop-requested")]
[JsonDerivedType(typeof(RunFinished), "finished")]
[JsonDerivedType(typeof(RunDeleted), "deleted")]
[JsonDerivedType(typeof(RunRenamed), "renamed")]
[JsonDerivedType(typeof(ExperimentRenamed), "experiment-renamed")]
[JsonDerivedType(typeof(NotesChanged), "notes-changed")]
public abstract record RunEvent
{
    private protected RunEvent() { }

    /// <summary>Set by the writer; 0 until then.</summary>
    [JsonPropertyOrder(-2)]
    public long Sequence { get; init; }

    /// <summary>Set by the writer, unless the event happened before it was written.</summary>
    [JsonPropertyOrder(-1)]
    public DateTimeOffset Time { get; init; }
}

/// <summary>The run entered the queue. The first event of a run of the web application; <c>submission.json</c> and <c>job.json</c> lie
/// beside it and never change.</summary>
public sealed record RunQueued : RunEvent;

/// <summary>
/// The supervisor is about to start a worker. It is the last event that the web process writes until that worker has ended, so a run
/// that ends here has lost its worker.
/// </summary>
public sealed record AttemptStarted : RunEvent
{
    /// <summary>Number of the attempt, from 1.</summary>
    public required int Attempt { get; init; }
}

/// <summary>The worker accepted the job and knows its size.</summary>
public sealed record RunStarted : RunEvent
{
    /// <summary>Number of the attempt whose events follow, from 1; null in records of earlier versions.</summary>
    public int? Attempt { get; init; }
    public required string WorkerVersion { get; init; }

    /// <summary>The device in use, such as <c>cpu</c>, with its description.</summary>
    public required string Device { get; init; }
    public required string DeviceDescription { get; init; }
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>How many of them an image has.</summary>
    public Datasets.LabelKind Kind { get; init; }

    /// <summary>What is learned beside the classes.</summary>
    public IReadOnlyList<Datasets.LabelTask> LabelSets { get; init; } = [];

    /// <summary>Images by split.</summary>
    public required int TrainSamples { get; init; }
    public required int ValidationSamples { get; init; }
    public required int TestSamples { get; init; }

    /// <summary>Images of the target domain that the method adapts to, without their labels but for <see cref="TargetLabelled"/> of
    /// them.</summary>
    public int TargetSamples { get; init; }

    /// <summary>How many of <see cref="TargetSamples"/> the method learns from with their labels; these score nothing.</summary>
    public int TargetLabelled { get; init; }

    /// <summary>Labelled images of the target domain that score the result.</summary>
    public int TargetScored { get; init; }
    public required int Epochs { get; init; }
    public required int StepsPerEpoch { get; init; }
    public required long Parameters { get; init; }
    public required long TrainableParameters { get; init; }

    /// <summary>Every hyper-parameter, defaults included.</summary>
    public required IReadOnlyDictionary<string, Catalog.ParameterValue> Settings { get; init; }
}

/// <summary>A stage of the run and how far it is. Throttled at the source; the last one of a phase has Done = Total.</summary>
public sealed record PhaseProgressed : RunEvent
{
    public required RunPhase Phase { get; init; }

    /// <summary>Done out of <see cref="Total"/>, both in <see cref="Unit"/>.</summary>
    public required long Done { get; init; }
    public required long Total { get; init; }
    public required string Unit { get; init; }

    /// <summary>Estimated time until the whole run ends; null while nothing is known.</summary>
    public double? SecondsLeft { get; init; }
}

public enum RunPhase
{
    ExtractingFeatures,
    Training,
    Evaluating,
    Exporting,
}

/// <summary>A training step. Throttled at the source to a few a second; the last step of an epoch is always there.</summary>
public sealed record StepCompleted : RunEvent
{
    /// <summary>Epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Step over the whole run, from 1.</summary>
    public required long Step { get; init; }

    /// <summary>Mean total loss over the steps since the last event.</summary>
    public required double Loss { get; init; }

    /// <summary>Named parts of the loss, where a method has several.</summary>
    public IReadOnlyDictionary<string, double>? LossParts { get; init; }
    public required double LearningRate { get; init; }
    public required double ImagesPerSecond { get; init; }
}

/// <summary>An epoch ended and the validation split was evaluated.</summary>
public sealed record EpochCompleted : RunEvent
{
    public required int Epoch { get; init; }

    /// <summary>The last step of this epoch, counted over the run.</summary>
    public required long Step { get; init; }

    /// <summary>Metrics by <see cref="Runs.MetricKeys"/>.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>This epoch is the best so far by the selection metric.</summary>
    public required bool IsBest { get; init; }
    public required double Seconds { get; init; }

    /// <summary>Live tensors after the epoch; constant over epochs unless something leaks.</summary>
    public required long LiveTensors { get; init; }
}

/// <summary>What the model says of a fixed handful of validation images after an epoch.</summary>
public sealed record SamplesPredicted : RunEvent
{
    public required int Epoch { get; init; }
    public required IReadOnlyList<SamplePrediction> Samples { get; init; }
}

/// <param name="Sha256">The image's identity.</param>
/// <param name="File">The image's path relative to the image root.</param>
/// <param name="Label">The true class; of an image with several labels all of them, separated by commas.</param>
/// <param name="Top">The most probable classes, the best first.</param>
public sealed record SamplePrediction(string Sha256, string File, string Label, IReadOnlyList<ClassProbability> Top)
{
    /// <summary>The part of the image that was asked about; null for all of it.</summary>
    public Datasets.PixelArea? Region { get; init; }

    /// <summary>The true labels of an image that may have several, perhaps none; null where each has one.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>What the model says of the image's other labels, as far as it has any; null where that is nothing.</summary>
    public IReadOnlyList<FurtherPrediction>? Further { get; init; }
}

/// <param name="Set">Name of the label set.</param>
/// <param name="Label">The true label.</param>
/// <param name="Best">The most probable one.</param>
public sealed record FurtherPrediction(string Set, string Label, ClassProbability Best);

/// <param name="Label">Class name.</param>
/// <param name="Probability">Softmax probability, 0…1; that of the label alone where an image may have several.</param>
public sealed record ClassProbability(string Label, double Probability)
{
    /// <summary>The probability from which on an image has the label; null where each has one.</summary>
    public double? Threshold { get; init; }

    /// <summary>Whether the model gives the image this label; null where the most probable one is its answer.</summary>
    public bool? IsPredicted { get; init; }
}

/// <summary>How well a label of a data set with several labels was recognised.</summary>
/// <param name="Label">The label.</param>
/// <param name="AveragePrecision">Area below precision over recall; null where no image has the label.</param>
/// <param name="Threshold">The probability from which on an image was given the label.</param>
/// <param name="Images">Images that have it.</param>
/// <param name="TruePositives">Of these, those that were given it.</param>
/// <param name="FalsePositives">Images that were given it and do not have it.</param>
public sealed record LabelScore(string Label, double? AveragePrecision, double Threshold, int Images, int TruePositives, int FalsePositives)
{
    public int FalseNegatives => Images - TruePositives;

    /// <summary>Null where no image was given the label.</summary>
    public double? Precision => TruePositives + FalsePositives == 0 ? null : (double)TruePositives / (TruePositives + FalsePositives);

    /// <summary>Null where no image has the label.</summary>
    public double? Recall => Images == 0 ? null : (double)TruePositives / Images;

    /// <summary>2 TP / (2 TP + FP + FN); null where no image has the label and none was given it.</summary>
    public double? F1 =>
        Images + TruePositives + FalsePositives == 0 ? null : 2.0 * TruePositives / (Images + TruePositives + FalsePositives);
}

/// <summary>The best checkpoint was evaluated on a whole split, or on the labelled images of the target domain.</summary>
public sealed record EvaluationCompleted : RunEvent
{
    public required Datasets.Split Split { get; init; }

    /// <summary>It was the target domain; the split is then that of its images which were scored.</summary>
    public bool OfTarget { get; init; }

    /// <summary>Name of the label set that was asked about, whose labels are then the classes of what follows; null for the classes
    /// themselves.</summary>
    public string? LabelSet { get; init; }

    /// <summary>
    /// Which images were right, in the order of their hashes: <c>1</c> or <c>0</c> each, so that two models can be compared image by image.
    /// Null
    /// in evaluations by earlier versions, but for those of a target.
    /// </summary>
    public string? Answers { get; init; }

    /// <summary>Metrics by <see cref="Runs.MetricKeys"/>.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>Each label by itself, where an image may have several; null where it has one.</summary>
    public IReadOnlyList<LabelScore>? LabelScores { get; init; }

    /// <summary>Counts by true class (row) and predicted class (column), in class order; empty where an image may have several.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> ConfusionMatrix { get; init; }

    /// <summary>Misclassified images, the most confident mistake first; at most 200, and of more some of each confusion, as far as that
    /// goes.</summary>
    public required IReadOnlyList<SamplePrediction> Mistakes { get; init; }
}

public sealed record CheckpointSaved : RunEvent
{
    public required int Epoch { get; init; }

    /// <summary>Path relative to the run folder.</summary>
    public required string File { get; init; }
    public required bool IsBest { get; init; }
}

public sealed record ArtifactWritten : RunEvent
{
    /// <summary>Path relative to the run folder.</summary>
    public required string File { get; init; }
    public required string Format { get; init; }
    public required long Bytes { get; init; }
    public required string Sha256 { get; init; }
}

/// <summary>Something that a person should know about the run.</summary>
public sealed record MessageLogged : RunEvent
{
    public required MessageLevel Level { get; init; }

    /// <summary>The message in English.</summary>
    public required string Text { get; init; }

    /// <summary>See <see cref="Messages.Message.Code"/>; null in records of earlier versions.</summary>
    public string? Code { get; init; }

    /// <summary>See <see cref="Messages.Message.Arguments"/>.</summary>
    public IReadOnlyList<MessageArgument>? Arguments { get; init; }

    /// <summary>The message with its code, for pages.</summary>
    [JsonIgnore]
    public Message Message => Message.From(Code, Arguments, Text);

    public static MessageLogged Of(MessageLevel level, Message message) =>
        new MessageLogged { Level = level, Text = message.English }.With(message);

    /// <summary>The same event with another message.</summary>
    public MessageLogged With(Message message) =>
        this with
        {
            Text = message.English,
            Code = message.Code,
            Arguments = message.Code is null ? null : message.Arguments,
        };
}

public enum MessageLevel
{
    Information,
    Warning,
    Error,
}

/// <summary>
/// Somebody asked for the run to be cancelled. While a worker is at work, the request waits without a number in the file
/// <c>cancel</c>, until the worker takes it up and adds it to its events.
/// </summary>
public sealed record RunCancelRequested : RunEvent;

/// <summary>
/// Somebody asked for the run to end at the next step and to keep the model of its best epoch. The request waits in the file <c>stop</c>,
/// as one to cancel does in <c>cancel</c>. Before the first epoch has ended, the worker finishes that epoch first.
/// </summary>
public sealed record RunStopRequested : RunEvent
{
    /// <summary>Name of the account; null where the file or a signal came from the command line.</summary>
    public string? By { get; init; }
}

/// <summary>The run was deleted; its folder follows. An interrupted deletion is completed because of this event.</summary>
public sealed record RunDeleted : RunEvent;

/// <summary>A person gave the run another name. Lies in <see cref="RunFolder.Annotations"/>, which the web process may write while a worker
/// writes the other events. See ADR 24.</summary>
public sealed record RunRenamed : RunEvent
{
    public required string Name { get; init; }
}

/// <summary>A person gave the experiment of the run another name. Every run of the experiment has this event, beside
/// <see cref="RunRenamed"/>.</summary>
public sealed record ExperimentRenamed : RunEvent
{
    public required string Name { get; init; }
}

/// <summary>A person changed the notes of the run. Lies beside <see cref="RunRenamed"/>.</summary>
public sealed record NotesChanged : RunEvent
{
    /// <summary>All of the notes, plain text; empty where they were removed.</summary>
    public required string Notes { get; init; }
}

/// <summary>The end of a run. The supervisor adds it for a worker that was killed and for a run that was cancelled in the queue.</summary>
public sealed record RunFinished : RunEvent
{
    public required RunOutcome Outcome { get; init; }

    /// <summary>Why it failed, in English words that say what to do; null on success.</summary>
    public string? Error { get; init; }

    /// <summary>Code of <see cref="Error"/>, see <see cref="Message.Code"/>; null in records of earlier versions.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Arguments of <see cref="Error"/>, see <see cref="Message.Arguments"/>.</summary>
    public IReadOnlyList<MessageArgument>? ErrorArguments { get; init; }

    /// <summary><see cref="Error"/> with its code, for pages.</summary>
    [JsonIgnore]
    public Message? Failure
    {
        get => Error is null ? null : Message.From(ErrorCode, ErrorArguments, Error);
        init => (Error, ErrorCode, ErrorArguments) = (value?.English, value?.Code, value?.Code is null ? null : value.Arguments);
    }

    /// <summary>The epoch whose weights were kept, from 1; null where there is none.</summary>
    public int? BestEpoch { get; init; }

    /// <summary>The epoch in which training stopped on request, from 1; null where the run went to its planned end.</summary>
    public int? StoppedAtEpoch { get; init; }

    /// <summary>Value of the selection metric at the best epoch.</summary>
    public double? BestMetric { get; init; }
    public required double Seconds { get; init; }
}

public enum RunOutcome
{
    Succeeded,
    Failed,
    Cancelled,

    /// <summary>The worker disappeared, and nobody knows why.</summary>
    Lost,
}

using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Tuning;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Tuning;

namespace BlazorTransfer.Worker.Commands;

/// <summary>
/// <c>find-learning-rate</c> and <c>find-batch-size</c>: settings for a job, from some of its steps; nothing of them is kept. The web
/// application
/// gives a prepared job, a person what <c>train</c> takes.
/// </summary>
internal static class FindCommand
{
    private static readonly Option<string> Data = JobOptions.DataOf(required: false);
    private static readonly Option<string?> Job = new("--job")
    {
        Description = "A job with a prepared data set, as the web application writes it, instead of the other options.",
    };
    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print each event as a line of JSON; the last is what was found.",
    };

    public static Command CreateLearningRate() =>
        Create(
            "find-learning-rate",
            "Finds a learning rate for 'train' with these options: takes steps at growing rates and finds where the loss falls fastest.",
            (job, emit, cancel) => LearningRateFinder.Execute(job, emit, cancel)
        );

    public static Command CreateBatchSize() =>
        Create(
            "find-batch-size",
            "Finds a batch size for 'train' with these options: measures steps of growing batch size until memory is full.",
            (job, emit, cancel) => BatchSizeFinder.Execute(job, emit, cancel)
        );

    private static Command Create(string name, string description, Action<JobSpec, Action<TuningEvent>, CancellationToken> find)
    {
        var command = new Command(name, description)
        {
            Data,
            Job,
            JobOptions.Backbone,
            JobOptions.Weights,
            JobOptions.Method,
            JobOptions.Teacher,
            JobOptions.LabelSets,
            FolderOptions.Layout,
            JobOptions.Device,
            JobOptions.Seed,
            Json,
        };
        FolderOptions.AddTo(command);
        JobOptions.Parameter[] parameters = JobOptions.AddParameters(command, JobOptions.AllParameters);
        command.SetAction(parsed => Failures.Guard(() => Find(parsed, parameters, find)));
        return command;
    }

    private static void Find(
        ParseResult parsed,
        JobOptions.Parameter[] parameters,
        Action<JobSpec, Action<TuningEvent>, CancellationToken> find
    )
    {
        NativeLibtorch.Load();
        using var cancel = new CancellationTokenSource();
        using var interruption = new Interruption(cancel, atConsole: true);
        string? scratch = null;
        try
        {
            JobSpec job = parsed.GetValue(Job) is { } file
                ? JobSpec.Load(file, new DataRoot(Path.GetDirectoryName(Path.GetFullPath(file))!))
                : FromOptions(
                    parsed,
                    JobOptions.Chosen(parsed, parameters),
                    scratch = Directory.CreateTempSubdirectory("blazortransfer-find-").FullName
                );
            find(
                job,
                parsed.GetValue(Json)
                    ? e => Console.WriteLine(JsonSerializer.Serialize(e, ProtocolJson.Line))
                    : DisplayGuard.Around<TuningEvent>(Show),
                cancel.Token
            );
        }
        finally
        {
            if (scratch is not null)
                Directory.Delete(scratch, recursive: true);
        }
    }

    private static JobSpec FromOptions(ParseResult parsed, Dictionary<string, ParameterValue> chosen, string scratch)
    {
        string data =
            parsed.GetValue(Data)
            ?? throw TrainingException.BadInput(Message.Plain("Name the images with --data, or a prepared job with --job."));
        string method = parsed.GetValue(JobOptions.Method)!;
        // A method's random start is part of it, so that it need not be said.
        bool takesWeights = TransferMethodRegistry.All.FirstOrDefault(m => m.Name == method)?.TakesWeights ?? true;
        JobSpec job = JobOptions
            .Prepare(
                parsed,
                data,
                Path.Combine(scratch, "dataset.jsonl"),
                takesWeights ? parsed.GetValue(JobOptions.Weights)! : JobOptions.RandomWeights,
                method,
                chosen
            )
            .Job;
        return job with { Teacher = JobOptions.TeacherFor(parsed.GetValue(JobOptions.Teacher), scratch) };
    }

    private static void Show(TuningEvent happened)
    {
        switch (happened)
        {
            case TuningProgressed:
                break;
            case LearningRateTried { Point: var p }:
                Say(Console.Error, $"{p.Rate:E1}  loss {p.Loss, 8:F4}  smoothed {p.Smoothed, 8:F4}");
                break;
            case LearningRateFound { Report.Suggestion: { Rate: { } rate } found }:
                Say(Console.Out, $"--learning-rate {rate:G2}    {found.Reason}");
                break;
            case LearningRateFound { Report.Suggestion: var found }:
                Say(Console.Out, $"{found.Reason}");
                break;
            case BatchSizeTried { Speed: var s }:
                string memory = s.PeakBytes is { } bytes ? FormattableString.Invariant($"  {bytes / 1e9:F2} GB at most") : "";
                Say(Console.Error, $"{s.BatchSize, 5} images  {s.ImagesPerSecond, 9:F1} images/s{memory}");
                break;
            case BatchSizeFound { Report.Suggestion: { BatchSize: { } size } found }:
                Say(Console.Out, $"--batch-size {size} --learning-rate {found.LearningRate:G2}    {found.Reason}");
                break;
            case BatchSizeFound { Report.Suggestion: var found }:
                Say(Console.Out, $"{found.Reason}");
                break;
            default:
                throw new InvalidOperationException($"No words for {happened.GetType().Name}.");
        }
    }

    private static void Say(TextWriter to, FormattableString line) => to.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}

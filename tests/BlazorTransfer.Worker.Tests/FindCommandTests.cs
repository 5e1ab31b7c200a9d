using System.Text.Json;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Tuning;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Worker.Tests;

/// <summary><c>find-learning-rate</c> and <c>find-batch-size</c>, as the web application and as a person calls them.</summary>
public sealed class FindCommandTests : IDisposable
{
    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Fact]
    public void LearningRate_OfAJobAsJson_IsALineForEachStepAndTheReport()
    {
        string job = Path.Combine(_small.Folder, "job.json");
        _small.Job("linear-probe", "resnet20_cifar", null, ("batch-size", 8)).Save(job);

        TuningEvent[] events = Run("find-learning-rate", "--job", job, "--json");

        LearningRateReport report = Assert.IsType<LearningRateFound>(events[^1]).Report;
        Assert.Equal(report.Points, events.OfType<LearningRateTried>().Select(e => e.Point));
        Assert.Equal((8, "resnet20_cifar"), (report.BatchSize, JobSpec.Load(job).Backbone));
    }

    [Fact]
    public void BatchSize_OfAJobAsJson_IsALineForEachSizeAndTheReport()
    {
        string job = Path.Combine(_small.Folder, "job.json");
        _small.Job("fine-tuning", "resnet20_cifar", null).Save(job);

        TuningEvent[] events = Run("find-batch-size", "--job", job, "--json");

        BatchSizeReport report = Assert.IsType<BatchSizeFound>(events[^1]).Report;
        Assert.Equal(report.Measured, events.OfType<BatchSizeTried>().Select(e => e.Speed));
        Assert.Equal([4], report.Measured.Select(m => m.BatchSize));
        Assert.NotEmpty(report.Suggestion.Reason.English);
    }

    [Fact]
    public void LearningRate_OfAFolder_IsToldAsTheOptionToAdd_OrWhyThereIsNone()
    {
        (int code, string output, string errors) = WorkerProcess.Run(
            "find-learning-rate",
            "--data",
            _small.Images,
            "--epochs",
            "3",
            "--batch-size",
            "8",
            "--image-size",
            "64"
        );

        Assert.True(code == 0, errors);
        Assert.Matches(@"^(--learning-rate \d|The loss )", output);
        Assert.Contains("1.0E-007  loss", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("find-learning-rate", WorkerExitCode.BadInput, "--data")]
    [InlineData("find-learning-rate --data {none}", WorkerExitCode.BadInput, "There is no folder")]
    [InlineData("find-learning-rate --job {none}", WorkerExitCode.BadInput, "none")]
    [InlineData("find-learning-rate --job {garbage}", WorkerExitCode.BadInput, "not a valid job")]
    [InlineData("find-learning-rate --data {images} --epochs many", WorkerExitCode.BadInput, "--epochs")]
    [InlineData("find-batch-size --data {images} --method nothing", WorkerExitCode.BadInput, "nothing")]
    [InlineData("find-batch-size --no-such-option", WorkerExitCode.Usage, "")]
    public void WrongCall_EndsWithItsCodeAndALineThatSaysWhy(string call, WorkerExitCode expected, string words)
    {
        string garbage = Path.Combine(_small.Folder, "garbage.json");
        File.WriteAllText(garbage, "this is no job");
        string filled = call.Replace("{images}", _small.Images, StringComparison.Ordinal)
            .Replace("{none}", Path.Combine(_small.Folder, "none"), StringComparison.Ordinal)
            .Replace("{garbage}", garbage, StringComparison.Ordinal);

        (int code, string output, string errors) = WorkerProcess.Run(filled.Split(' '));

        Assert.True((WorkerExitCode)code == expected, $"Code {code}; {errors}{output}");
        Assert.Contains(words, errors + output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    private static TuningEvent[] Run(params string[] arguments)
    {
        (int code, string output, string errors) = WorkerProcess.Run(arguments);
        Assert.True(code == 0, errors);
        return
        [
            .. output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => JsonSerializer.Deserialize<TuningEvent>(l, ProtocolJson.Line)!),
        ];
    }
}

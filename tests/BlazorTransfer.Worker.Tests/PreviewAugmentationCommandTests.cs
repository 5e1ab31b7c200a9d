using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Previews;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Worker.Tests;

public sealed class PreviewAugmentationCommandTests : IDisposable
{
    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Fact]
    public void Preview_AsJson_PrintsTheSheet_AndRefusesBadValuesInOneLine()
    {
        string file = Path.Combine(_small.Folder, "preview.json");
        Job(seed: 0, ("grey", 1)).Save(file);

        (int code, string output, string errors) = WorkerProcess.Run("preview-augmentation", "--job", file, "--json");
        Assert.True(code == 0, errors);
        Assert.Equal(4, JsonSerializer.Deserialize<PreviewSheet>(output, ProtocolJson.Line)!.Images.Count);

        Job(seed: 0, ("grey", 2)).Save(file);
        (code, _, errors) = WorkerProcess.Run("preview-augmentation", "--job", file, "--json");
        Assert.Equal(WorkerExitCode.BadInput, (WorkerExitCode)code);
        Assert.Contains(
            "Grey must be at most 1",
            Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal
        );
    }

    private PreviewJob Job(int seed, params (string, ParameterValue)[] parameters)
    {
        JobSpec job = _small.Job("fine-tuning", "resnet18", null, parameters);
        return new PreviewJob
        {
            Data = job.Data,
            Backbone = job.Backbone,
            Method = job.Method,
            Parameters = job.Parameters,
            Seed = seed,
        };
    }
}

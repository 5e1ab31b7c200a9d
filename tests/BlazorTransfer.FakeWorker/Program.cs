using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Previews;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Imaging;

// A real process with the worker's contract and no training in it: it behaves, or misbehaves, as the job's parameter says.
ParentWatch.StartIfAsked();
switch (args)
{
    case ["describe", "--json"]:
        Console.WriteLine(JsonSerializer.Serialize(Fake.Catalogue, ProtocolJson.Indented));
        return 0;
    case ["inspect-weights", string file, "--json"]:
        string weights = File.ReadAllText(file);
        if (!weights.StartsWith("weights", StringComparison.Ordinal))
        {
            Console.Error.WriteLine("The file is neither safetensors nor a PyTorch state dictionary (.pth).");
            return (int)WorkerExitCode.BadInput;
        }

        var mismatch = new WeightsMismatch(
            "fake",
            1,
            3,
            ["conv.weight"],
            1,
            ["extra"],
            500,
            ["fc.weight: [2] in the file, [3] in the network"],
            1
        );
        Console.WriteLine(
            JsonSerializer.Serialize(
                weights.StartsWith("weights of another network", StringComparison.Ordinal)
                    ? new WeightsInspection(1, 1, [], mismatch)
                    : new WeightsInspection(
                        1,
                        1,
                        ["fake"],
                        Differences: [mismatch with { Matching = 3, Missing = [], MissingCount = 0, Mismatched = [], MismatchedCount = 0 }]
                    ),
                ProtocolJson.Line
            )
        );
        return 0;
    case ["measure", string backbone, "--json"]:
        Console.WriteLine(JsonSerializer.Serialize(new BackboneSpeed(backbone, "CPU", 100, 25, 8), ProtocolJson.Line));
        return 0;
    case ["doctor", "--folder", string checkedFolder, "--json"]:
        Console.WriteLine(JsonSerializer.Serialize(Fake.Check(checkedFolder), ProtocolJson.Indented));
        return 0;
    case ["rank", "--job", string job, "--json"]:
        return Fake.Rank(RankingJob.Load(job));
    case ["preview-augmentation", "--job", string job, "--json"]:
        return Fake.Preview(PreviewJob.Load(job));
    case ["find-learning-rate" or "find-batch-size", "--job", string job, "--json"]:
        return Fake.Find(args[0], JobSpec.Load(job));
    case ["predict-image", "--model", _, "--image", string tried, "--json"]:
        return Fake.Predict(tried);
    case ["images"]:
        using (
            Stream input = Console.OpenStandardInput(),
                output = Console.OpenStandardOutput()
        )
            ImageServer.Serve(input, output, FakeImages.Answer);
        return 0;
    case ["run", string folder, "--data-folder", string data, "--attempt", string attempt, "--minimum-free-bytes", _]:
        try
        {
            return Fake.Run(new RunFolder(folder), new DataRoot(data), int.Parse(attempt, CultureInfo.InvariantCulture));
        }
        catch (RunTakenException e)
        {
            Console.Error.WriteLine(e.Message);
            return (int)WorkerExitCode.RunTaken;
        }
    default:
        return (int)WorkerExitCode.Usage;
}

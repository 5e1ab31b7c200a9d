using System.Diagnostics;
using BlazorTransfer.Fuzzing;

namespace BlazorTransfer.Training.Tests.Weights;

/// <summary>
/// Whatever the bytes: tensors or a refusal in words, in time and memory in proportion to the file. The fuzzing targets hold the
/// property; the same seed gives the same files.
/// </summary>
public sealed class MutatedWeightsTests
{
    private const int Files = 20_000;

    // Ends a hang and says on which file; the slowest takes milliseconds.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("safetensors")]
    [InlineData("pth")]
    [InlineData("legacy")]
    [InlineData("onnx")]
    public async Task Read_OfMutatedFile_GivesTensorsOrRefuses(string format)
    {
        FuzzTarget target = FuzzTarget.Named(format);
        IReadOnlyList<WeightsSeed> seeds = WeightsSeed.Of(format);
        (int number, byte[] file, int accepted, long started) = (0, [], 0, Stopwatch.GetTimestamp());
        Task reading = Task.Factory.StartNew(
            () =>
            {
                while (number < Files)
                {
                    file = MutatedFile(seeds, number);
                    Volatile.Write(ref started, Stopwatch.GetTimestamp());
                    if (target.Read(file))
                        accepted++;
                    number++;
                }
            },
            TaskCreationOptions.LongRunning
        );

        while (await Task.WhenAny(reading, Task.Delay(100)) != reading)
            Assert.True(
                Stopwatch.GetElapsedTime(Volatile.Read(ref started)) < Limit,
                $"File {number} takes more than {Limit}: {Convert.ToBase64String(file)}"
            );
        Exception? failure = reading.Exception?.InnerException;
        Assert.True(failure is null, $"File {number} is not refused in words: {failure}\n{Convert.ToBase64String(file)}");
        // Neither so tame that all is read, nor so wild that nothing gets past the first check.
        Assert.InRange(accepted, Files / 50, Files / 2);
    }

    [Theory]
    [MemberData(nameof(Corpora))]
    public void Replay_OfTheCommittedFiles_ReadsTheSeedsAndRefusesInWords(string format)
    {
        string folder = Path.Combine(SharedFiles.RepositoryRoot, "tests", "BlazorTransfer.Fuzzing", "Corpus", format);
        FuzzTarget target = FuzzTarget.Named(format);
        foreach (WeightsSeed seed in WeightsSeed.Of(format))
            Assert.Equal(seed.File, File.ReadAllBytes(Path.Combine(folder, seed.Name)));

        foreach (string file in Directory.GetFiles(folder))
        {
            // What was found once and mended is named after what it did.
            bool isRefused = Path.GetFileName(file).StartsWith("refused-", StringComparison.Ordinal);
            Assert.True(target.Read(File.ReadAllBytes(file)) != isRefused, file);
        }
    }

    public static TheoryData<string> Corpora => [.. FuzzTarget.All.Select(t => t.Name)];

    private static byte[] MutatedFile(IReadOnlyList<WeightsSeed> seeds, int number)
    {
        var random = new Random(number);
        var mutator = new FileMutator(random);
        WeightsSeed seed = seeds[random.Next(seeds.Count)],
            other = seeds[random.Next(seeds.Count)];
        if (random.Next(3) == 0)
            return mutator.Mutate(seed.File, other.File);
        // One part changes, and the file is put together anew, so that the change gets past the frame.
        (string Name, byte[] Bytes)[] parts = [.. seed.Parts];
        int index =
            random.Next(4) == 0 ? random.Next(parts.Length) : Array.FindIndex(parts, p => p.Bytes.Length == parts.Max(q => q.Bytes.Length));
        parts[index].Bytes = mutator.Mutate(parts[index].Bytes, other.Parts[Math.Min(index, other.Parts.Count - 1)].Bytes);
        return seed.Assemble(parts);
    }
}

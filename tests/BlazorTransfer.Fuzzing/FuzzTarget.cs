using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Fuzzing;

/// <summary>
/// A reader of files that strangers made, and what it owes each of them: an answer or a refusal in words, and memory in proportion
/// to the file. Anything else leaves <see cref="Read"/> as an exception.
/// </summary>
/// <param name="Name">The target's name on the command line, and of its folder of seeds.</param>
/// <param name="Read">Reads a file; whether it was accepted.</param>
internal sealed record FuzzTarget(string Name, Func<byte[], bool> Read)
{
    // A pickle makes an object of each byte at worst; what a refusal and its words take comes on top.
    private const long BytesPerByte = 128,
        BytesInAnyCase = 256 << 10;

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("safetensors", ReadWeights),
        new("pth", ReadWeights),
        new("legacy", ReadWeights),
        new("onnx", ReadWeights),
        new("image", file => ImageProbe.Verify(file).IsAccepted),
    ];

    public static FuzzTarget Named(string name) =>
        All.FirstOrDefault(t => t.Name == name)
        ?? throw new ArgumentException($"There is no target '{name}'. Known are: {string.Join(", ", All.Select(t => t.Name))}.");

    private static bool ReadWeights(byte[] file)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool accepted = IsAccepted(file);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated <= BytesInAnyCase + BytesPerByte * file.Length
            ? accepted
            : throw new InvalidOperationException($"A file of {file.Length} bytes took {allocated} bytes of memory.");
    }

    private static bool IsAccepted(byte[] file)
    {
        try
        {
            using var stream = new MemoryStream(file, writable: false);
            foreach ((string name, TensorData tensor) in WeightsFile.Read(stream).Tensors)
            {
                if (tensor.Bytes.Length != TensorData.Count(tensor.Shape) * tensor.Type.Size())
                    throw new InvalidOperationException($"'{name}' has not the bytes of its shape.");
            }

            return true;
        }
        catch (WeightsException)
        {
            return false;
        }
    }
}

using System.Text.RegularExpressions;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Training.Weights;

/// <summary>
/// Opens a file of weights, judged by its content: safetensors, PyTorch's zip format, PyTorch's format before 1.6, or ONNX.
/// Nothing in a file is ever executed.
/// </summary>
public static partial class WeightsFile
{
    private const long MaximumBytes = 8L << 30;

    /// <summary>Tensors by name, wrappers such as <c>module.</c> taken off.</summary>
    /// <exception cref="WeightsException">It is no such file, is damaged, or holds more than tensors.</exception>
    public static IReadOnlyDictionary<string, TensorData> Open(string path) => Inspect(path).Tensors;

    /// <summary>The tensors, and where in the file they were found.</summary>
    /// <inheritdoc cref="Open"/>
    public static WeightsContent Inspect(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        bool staysOpen = false;
        try
        {
            WeightsContent content = Read(stream);
            staysOpen = content.Tensors.Values.Any(t => FileBytes.IsOf(t.Bytes));
            return content;
        }
        finally
        {
            if (!staysOpen)
                stream.Dispose();
        }
    }

    /// <inheritdoc cref="Inspect(string)"/>
    internal static WeightsContent Read(Stream stream)
    {
        if (stream.Length > MaximumBytes)
            throw new WeightsException("weights.file-too-large", $"The file is larger than {MaximumBytes >> 30} GB.");
        if (stream.Length < 10)
            throw new WeightsException("weights.too-short", $"The file is too short to hold weights.");
        try
        {
            Span<byte> head = stackalloc byte[10];
            stream.ReadExactly(head);
            stream.Position = 0;
            WeightsContent content =
                head[..4].SequenceEqual("PK\u0003\u0004"u8) ? PyTorchZip.Read(stream)
                // Before the pickle: the length of a safetensors header may begin with the pickle's mark.
                : head[8] == (byte)'{' && BitConverter.ToUInt64(head) < (ulong)stream.Length
                    ? Unwrap(new WeightsContent(Safetensors.Read(stream), null))
                : OnnxFile.IsLikely(head) ? Unwrap(OnnxFile.Read(stream))
                : head[0] == 0x80 ? PyTorchLegacy.Read(stream)
                : head[8] == (byte)'{'
                    ? throw new WeightsException("weights.cut-off", $"The file is cut off: it is shorter than its header says.")
                : throw new WeightsException(
                    "weights.unknown-format",
                    $"It is not a safetensors file, a PyTorch state dictionary (.pth) or an ONNX network."
                );
            // The names that torchvision's files of DenseNets still have.
            return content.Tensors.Keys.Any(k => OldDenseNetName().IsMatch(k))
                ? content with
                {
                    Tensors = WithNewDenseNetNames(content.Tensors),
                }
                : content;
        }
        catch (EndOfStreamException e)
        {
            throw new WeightsException("weights.damaged", $"The file is damaged: {Message.Of(e)}", e);
        }
    }

    private static WeightsContent Unwrap(WeightsContent content)
    {
        if (content.Tensors.Count == 0)
            throw new WeightsException("weights.no-tensors", $"The file holds no tensors.");
        FoundStateDictionary found = StateDictionaryFinder.Find([new TensorGroup([.. content.Tensors.Keys], () => "")]);
        return content with
        {
            Tensors = found.Names.ToDictionary(n => n[found.Prefix.Length..], n => content.Tensors[n], StringComparer.Ordinal),
            Note = found.Note,
        };
    }

    private static Dictionary<string, TensorData> WithNewDenseNetNames(IReadOnlyDictionary<string, TensorData> tensors)
    {
        var renamed = new Dictionary<string, TensorData>();
        foreach ((string name, TensorData tensor) in tensors)
        {
            string now = OldDenseNetName().Replace(name, "$1$2");
            if (!renamed.TryAdd(now, tensor))
                throw new WeightsException("weights.same-meaning", $"The file holds two tensors that mean '{now}'.");
        }

        return renamed;
    }

    [GeneratedRegex(@"(denselayer\d+\.(?:norm|conv))\.(\d)")]
    private static partial Regex OldDenseNetName();
}

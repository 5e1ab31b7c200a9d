using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Fuzzing;

/// <summary>
/// Pickles nested dictionaries and lists of tensors, texts and numbers as <c>torch.save</c> does, in protocol 2 or 4.
/// </summary>
internal sealed class CheckpointPickle
{
    private readonly MemoryStream _pickle = new();
    private readonly List<TensorData> _storages = [];
    private readonly bool _isNew;

    private CheckpointPickle(int protocol) => _isNew = protocol >= 4;

    /// <summary>The pickle, and the tensors in the order of their storages.</summary>
    /// <param name="root">A <see cref="TensorData"/>, text, number, null, or a list or dictionary of such.</param>
    /// <param name="protocol">2 to 5.</param>
    public static (byte[] Pickle, IReadOnlyList<TensorData> Storages) Of(object? root, int protocol)
    {
        var writer = new CheckpointPickle(protocol);
        writer.Add(root);
        writer._pickle.Write("."u8);
        byte[] content = writer._pickle.ToArray();
        byte[] frame = protocol >= 4 ? [0x95, .. BitConverter.GetBytes((long)content.Length)] : [];
        return ([0x80, (byte)protocol, .. frame, .. content], writer._storages);
    }

    /// <summary>The whole file, in the zip format.</summary>
    public static byte[] File(object? root, int protocol)
    {
        (byte[] pickle, IReadOnlyList<TensorData> storages) = Of(root, protocol);
        return WeightsSeed.Zip([("archive/data.pkl", pickle), .. storages.Select((t, i) => ($"archive/data/{i}", t.Bytes.ToArray()))]);
    }

    private void Add(object? value)
    {
        switch (value)
        {
            case null:
                _pickle.Write("N"u8);
                break;
            case string text:
                Text(text);
                break;
            case int number:
                PthWriter.Integer(_pickle, number);
                break;
            case TensorData tensor:
                Tensor(tensor);
                break;
            case IReadOnlyDictionary<string, object?> dictionary:
                Global("collections", "OrderedDict");
                _pickle.Write(")R("u8);
                foreach ((string key, object? item) in dictionary)
                {
                    Text(key);
                    Add(item);
                }

                _pickle.Write("u"u8);
                break;
            case IReadOnlyList<object?> list:
                _pickle.Write("]("u8);
                foreach (object? item in list)
                    Add(item);
                _pickle.Write("e"u8);
                break;
            default:
                throw new ArgumentException($"No pickle of {value.GetType().Name}.", nameof(value));
        }
    }

    private void Tensor(TensorData tensor)
    {
        Global("torch._utils", "_rebuild_tensor_v2");
        _pickle.Write("(("u8);
        Text("storage");
        Global("torch", PthWriter.StorageName(tensor.Type));
        Text($"{_storages.Count}");
        Text("cpu");
        _storages.Add(tensor);
        PthWriter.Integer(_pickle, TensorData.Count(tensor.Shape));
        _pickle.Write("tQ"u8);
        PthWriter.Integer(_pickle, 0);
        PthWriter.Tuple(_pickle, tensor.Shape);
        PthWriter.Tuple(_pickle, PthWriter.Strides(tensor.Shape));
        _pickle.WriteByte(0x89);
        Global("collections", "OrderedDict");
        _pickle.Write(")RtR"u8);
    }

    private void Global(string module, string name)
    {
        if (!_isNew)
        {
            PthWriter.Global(_pickle, module, name);
            return;
        }

        Text(module);
        Text(name);
        _pickle.Write([0x93, 0x94]); // STACK_GLOBAL, MEMOIZE
    }

    private void Text(string text)
    {
        byte[] utf8 = System.Text.Encoding.UTF8.GetBytes(text);
        if (_isNew && utf8.Length <= byte.MaxValue)
            _pickle.Write([0x8c, (byte)utf8.Length, .. utf8]); // SHORT_BINUNICODE
        else
            PthWriter.Text(_pickle, text);
        if (_isNew)
            _pickle.WriteByte(0x94); // MEMOIZE
    }
}

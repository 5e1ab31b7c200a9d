using System.Buffers.Binary;
using System.Text;

namespace BlazorTransfer.Training.Weights;

/// <summary>A storage that a pickle refers to: <paramref name="Count"/> elements under <paramref name="Key"/>.</summary>
internal sealed record PickledStorage(ElementType Type, string Key, long Count);

/// <summary>A tensor as a pickle describes it: a strided view of a storage, counted in elements.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides);

/// <summary>
/// Reads the pickles that <c>torch.save</c> writes for a state dictionary, and executes nothing. It knows a fixed set of
/// opcodes and a fixed table of globals, which it interprets itself: dictionaries, tuples, numbers, texts and descriptions of
/// tensors come out. Every other opcode or global is refused by name. No type is ever looked up by its name.
/// </summary>
internal sealed class PickleReader(ReadOnlyMemory<byte> data)
{
    private const int MaximumObjects = 2_000_000;
    private static readonly object Mark = new();

    private readonly Stack<object?> _stack = new();
    private readonly Dictionary<uint, object?> _memo = [];
    private int _position;

    /// <summary>Bytes read so far; further pickles may follow in the same data.</summary>
    public int Position => _position;

    private ReadOnlySpan<byte> Rest => data.Span[_position..];

    /// <exception cref="WeightsException">The pickle is damaged or holds something other than a state dictionary.</exception>
    public object? Read()
    {
        _stack.Clear();
        _memo.Clear();
        try
        {
            while (true)
            {
                byte code = Take(1)[0];
                if (code == (byte)'.') return _stack.Pop();
                Execute(code);
                if (_stack.Count + _memo.Count > MaximumObjects) throw new WeightsException("The file describes too many objects.");
            }
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidCastException or KeyNotFoundException or DecoderFallbackException
            or IndexOutOfRangeException or ArgumentException)
        {
            throw new WeightsException("The file's description of its tensors is damaged.", e);
        }
    }

    private void Execute(byte code)
    {
        switch (code)
        {
            case 0x80: // PROTO
                if (Take(1)[0] is var protocol && protocol is < 2 or > 4) throw new WeightsException($"Pickle protocol {protocol} is not supported.");
                break;
            case (byte)'(':
                _stack.Push(Mark);
                break;
            case (byte)'}':
                _stack.Push(new Dictionary<object, object?>());
                break;
            case (byte)']':
                _stack.Push(new List<object?>());
                break;
            case (byte)')':
                _stack.Push(Array.Empty<object?>());
                break;
            case (byte)'N':
                _stack.Push(null);
                break;
            case 0x88 or 0x89: // NEWTRUE, NEWFALSE
                _stack.Push(code == 0x88);
                break;
            case (byte)'K':
                _stack.Push((long)Take(1)[0]);
                break;
            case (byte)'M':
                _stack.Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)));
                break;
            case (byte)'J':
                _stack.Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
                break;
            case 0x8a: // LONG1: little-endian two's complement; PyTorch's magic number has ten bytes
                _stack.Push(LongOrMagic(Take(Take(1)[0])));
                break;
            case (byte)'G':
                _stack.Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
                break;
            case (byte)'X':
                _stack.Push(Text(Take(Length())));
                break;
            case (byte)'U': // SHORT_BINSTRING: Python 2 texts
                _stack.Push(Text(Take(Take(1)[0])));
                break;
            case (byte)'T':
                _stack.Push(Text(Take(Length())));
                break;
            case (byte)'c':
                _stack.Push(AllowedGlobal(Line(), Line()));
                break;
            case (byte)'q':
                _memo[Take(1)[0]] = _stack.Peek();
                break;
            case (byte)'r':
                _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = _stack.Peek();
                break;
            case (byte)'h':
                _stack.Push(_memo[Take(1)[0]]);
                break;
            case (byte)'j':
                _stack.Push(_memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))]);
                break;
            case (byte)'t':
                _stack.Push(PopToMark());
                break;
            case 0x85 or 0x86 or 0x87: // TUPLE1, TUPLE2, TUPLE3
                _stack.Push(Pop(code - 0x84));
                break;
            case (byte)'a':
                object? item = _stack.Pop();
                ((List<object?>)_stack.Peek()!).Add(item);
                break;
            case (byte)'e':
                object?[] items = PopToMark();
                ((List<object?>)_stack.Peek()!).AddRange(items);
                break;
            case (byte)'s':
                SetItems(Pop(2));
                break;
            case (byte)'u':
                SetItems(PopToMark());
                break;
            case (byte)'Q':
                _stack.Push(Storage((object?[])_stack.Pop()!));
                break;
            case (byte)'R':
                object?[] arguments = (object?[])_stack.Pop()!;
                _stack.Push(Reduce((PickleGlobal)_stack.Pop()!, arguments));
                break;
            case (byte)'b': // BUILD: torch hangs _metadata on the OrderedDict; only that is let go
                _stack.Pop();
                if (_stack.Peek() is not Dictionary<object, object?>) throw new WeightsException("The file builds an object that is no state dictionary.");
                break;
            default:
                throw new WeightsException($"The file uses pickle opcode 0x{code:x2}, which no state dictionary needs. "
                    + "Save it with torch.save(model.state_dict(), …) or as safetensors.");
        }
    }

    private static PickleGlobal AllowedGlobal(string module, string name) => (module, name) switch
    {
        ("collections", "OrderedDict") => new PickleGlobal(PickleGlobalKind.OrderedDict),
        ("torch._utils", "_rebuild_tensor_v2") => new PickleGlobal(PickleGlobalKind.RebuildTensor),
        // Before PyTorch 0.4: the same without gradient and hooks.
        ("torch._utils", "_rebuild_tensor") => new PickleGlobal(PickleGlobalKind.RebuildTensor),
        ("torch._utils", "_rebuild_parameter") => new PickleGlobal(PickleGlobalKind.RebuildParameter),
        ("torch", "DoubleStorage") => PickleGlobal.Storage(ElementType.Float64),
        ("torch", "FloatStorage") => PickleGlobal.Storage(ElementType.Float32),
        ("torch", "HalfStorage") => PickleGlobal.Storage(ElementType.Float16),
        ("torch", "BFloat16Storage") => PickleGlobal.Storage(ElementType.BFloat16),
        ("torch", "LongStorage") => PickleGlobal.Storage(ElementType.Int64),
        ("torch", "IntStorage") => PickleGlobal.Storage(ElementType.Int32),
        ("torch", "ShortStorage") => PickleGlobal.Storage(ElementType.Int16),
        ("torch", "CharStorage") => PickleGlobal.Storage(ElementType.Int8),
        ("torch", "ByteStorage") => PickleGlobal.Storage(ElementType.UInt8),
        ("torch", "BoolStorage") => PickleGlobal.Storage(ElementType.Bool),
        _ => throw new WeightsException($"The file refers to '{Short(module)}.{Short(name)}', so it is more than a state dictionary and is refused. "
            + "Save it with torch.save(model.state_dict(), …) or as safetensors."),
    };

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private static object? Reduce(PickleGlobal global, object?[] arguments) => (global.Kind, arguments) switch
    {
        (PickleGlobalKind.OrderedDict, []) => new Dictionary<object, object?>(),
        // (storage, offset, size, stride, requires_grad, backward_hooks[, metadata])
        (PickleGlobalKind.RebuildTensor, [PickledStorage storage, long offset, object?[] shape, object?[] strides, ..]) =>
            new PickledTensor(storage, offset, Longs(shape), Longs(strides)),
        (PickleGlobalKind.RebuildParameter, [PickledTensor tensor, ..]) => tensor,
        _ => throw new WeightsException("The file calls something with arguments that no state dictionary has."),
    };

    /// <summary>A persistent id: ('storage', type, key, location, number of elements[, view]).</summary>
    private static PickledStorage Storage(object?[] id) => id switch
    {
        ["storage", PickleGlobal { Kind: PickleGlobalKind.Storage, Element: { } type }, string key, string, long count, .. { Length: 0 }] =>
            new PickledStorage(type, key, count),
        ["storage", PickleGlobal { Kind: PickleGlobalKind.Storage, Element: { } type }, string key, string, long count, null] =>
            new PickledStorage(type, key, count),
        _ => throw new WeightsException("The file refers to data in a way that no state dictionary does."),
    };

    private static long[] Longs(object?[] values) => [.. values.Select(v => (long)v!)];

    private static object LongOrMagic(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 16) throw new WeightsException("The file holds a number that is too long.");
        Int128 value = 0;
        for (int i = bytes.Length - 1; i >= 0; i--) value = (value << 8) | bytes[i];
        if (bytes.Length is > 0 and < 16 && (bytes[^1] & 0x80) != 0) value -= Int128.One << (bytes.Length * 8);
        return value >= long.MinValue && value <= long.MaxValue ? (long)value : value;
    }

    private void SetItems(object?[] keysAndValues)
    {
        var target = (Dictionary<object, object?>)_stack.Peek()!;
        for (int i = 0; i + 1 < keysAndValues.Length; i += 2)
        {
            if (keysAndValues[i] is not (string or long)) throw new WeightsException("The file has a dictionary whose keys are no texts.");
            target[keysAndValues[i]!] = keysAndValues[i + 1];
        }
    }

    private object?[] PopToMark()
    {
        var items = new List<object?>();
        while (_stack.Pop() is var item && !ReferenceEquals(item, Mark)) items.Add(item);
        items.Reverse();
        return [.. items];
    }

    private object?[] Pop(int count)
    {
        object?[] items = new object?[count];
        for (int i = count - 1; i >= 0; i--) items[i] = _stack.Pop();
        return items;
    }

    private int Length()
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
        return length <= int.MaxValue ? (int)length : throw new WeightsException("The file holds a text that is too long.");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > Rest.Length) throw new WeightsException("The file ends in the middle of the description of its tensors.");
        ReadOnlySpan<byte> taken = Rest[..count];
        _position += count;
        return taken;
    }

    private string Line()
    {
        int end = Rest.IndexOf((byte)'\n');
        if (end < 0) throw new WeightsException("The file ends in the middle of a name.");
        string line = Text(Rest[..end]);
        _position += end + 1;
        return line;
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    private enum PickleGlobalKind
    {
        OrderedDict,
        RebuildTensor,
        RebuildParameter,
        Storage,
    }

    private sealed record PickleGlobal(PickleGlobalKind Kind, ElementType? Element = null)
    {
        public static PickleGlobal Storage(ElementType element) => new(PickleGlobalKind.Storage, element);
    }
}

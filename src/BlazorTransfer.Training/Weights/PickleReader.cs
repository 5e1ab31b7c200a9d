using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

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
    // A tensor takes about forty operations, so this is a hundred thousand of them. All time and memory follow from it.
    private const int MaximumOperations = 5_000_000;
    private static readonly object Mark = new();

    private readonly List<object?> _stack = [];
    private readonly List<object?> _memo = [];
    private int _operations;
    private int _position;

    /// <summary>Bytes read so far; further pickles may follow in the same data.</summary>
    public int Position => _position;

    private ReadOnlySpan<byte> Rest => data.Span[_position..];

    /// <exception cref="WeightsException">The pickle is damaged or holds something other than a state dictionary.</exception>
    public object? Read()
    {
        _stack.Clear();
        _memo.Clear();
        while (true)
        {
            byte code = Take(1)[0];
            if (code == (byte)'.')
                return Pop();
            if (++_operations > MaximumOperations)
                throw new WeightsException("pickle.too-many-objects", $"The file describes too many objects.");
            Execute(code);
        }
    }

    private void Execute(byte code)
    {
        switch (code)
        {
            case 0x80: // PROTO
                if (Take(1)[0] is var protocol && protocol is < 2 or > 5)
                    throw new WeightsException("pickle.protocol", $"Pickle protocol {protocol} is not supported.");
                break;
            case (byte)'(':
                _stack.Add(Mark);
                break;
            case (byte)'}':
                _stack.Add(new Dictionary<string, object?>());
                break;
            case (byte)']':
                _stack.Add(new List<object?>());
                break;
            case (byte)')':
                _stack.Add(Array.Empty<object?>());
                break;
            case (byte)'N':
                _stack.Add(null);
                break;
            case 0x88 or 0x89: // NEWTRUE, NEWFALSE
                _stack.Add(code == 0x88);
                break;
            case (byte)'K':
                _stack.Add((long)Take(1)[0]);
                break;
            case (byte)'M':
                _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)));
                break;
            case (byte)'J':
                _stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
                break;
            case 0x8a: // LONG1: little-endian two's complement; PyTorch's magic number has ten bytes
                _stack.Add(LongOrMagic(Take(Take(1)[0])));
                break;
            case (byte)'G':
                _stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
                break;
            case (byte)'X':
                _stack.Add(Text(Take(Length())));
                break;
            case 0x8c or (byte)'U': // SHORT_BINUNICODE, and SHORT_BINSTRING of Python 2
                _stack.Add(Text(Take(Take(1)[0])));
                break;
            case 0x8d: // BINUNICODE8
                ulong length = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                _stack.Add(Text(Take(length <= int.MaxValue ? (int)length : throw TooLong())));
                break;
            case (byte)'T':
                _stack.Add(Text(Take(Length())));
                break;
            case (byte)'c':
                _stack.Add(PickleGlobal.Named(Line(), Line()));
                break;
            case 0x93: // STACK_GLOBAL: the same with both names on the stack
                string name = Pop<string>();
                _stack.Add(PickleGlobal.Named(Pop<string>(), name));
                break;
            case 0x94: // MEMOIZE: keeps the top under the next number
                Memoize((uint)_memo.Count);
                break;
            case 0x95: // FRAME: only helps readers that fetch ahead
                if (BinaryPrimitives.ReadUInt64LittleEndian(Take(8)) > (ulong)Rest.Length)
                    throw EndsEarly();
                break;
            case (byte)'q':
                Memoize(Take(1)[0]);
                break;
            case (byte)'r':
                Memoize(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)));
                break;
            case (byte)'h':
                _stack.Add(Recall(Take(1)[0]));
                break;
            case (byte)'j':
                _stack.Add(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))));
                break;
            case (byte)'t':
                _stack.Add(PopToMark());
                break;
            case 0x85 or 0x86 or 0x87: // TUPLE1, TUPLE2, TUPLE3
                _stack.Add(PopFrom(_stack.Count - (code - 0x84)));
                break;
            case (byte)'a':
                object? item = Pop();
                Top<List<object?>>().Add(item);
                break;
            case (byte)'e':
                object?[] items = PopToMark();
                Top<List<object?>>().AddRange(items);
                break;
            case (byte)'s':
                SetItems(PopFrom(_stack.Count - 2));
                break;
            case (byte)'u':
                SetItems(PopToMark());
                break;
            case (byte)'Q':
                _stack.Add(Storage(Pop<object?[]>()));
                break;
            case (byte)'R':
                object?[] arguments = Pop<object?[]>();
                _stack.Add(Reduce(Pop<PickleGlobal>(), arguments));
                break;
            case (byte)'b': // BUILD: torch hangs _metadata on the OrderedDict; only that is let go
                Pop();
                Top<Dictionary<string, object?>>();
                break;
            default:
                throw new WeightsException(
                    "pickle.opcode",
                    $"The file uses pickle opcode 0x{code:x2}, which no state dictionary needs. "
                        + $"Save it with torch.save(model.state_dict(), …) or as safetensors."
                );
        }
    }

    private static object? Reduce(PickleGlobal global, object?[] arguments) =>
        (global.Kind, arguments) switch
        {
            (PickleGlobalKind.OrderedDict, []) => new Dictionary<string, object?>(),
            // (storage, offset, size, stride, requires_grad, backward_hooks[, metadata])
            (PickleGlobalKind.RebuildTensor, [PickledStorage storage, long offset, object?[] shape, object?[] strides, ..]) =>
                new PickledTensor(storage, offset, Longs(shape), Longs(strides)),
            (PickleGlobalKind.RebuildParameter, [PickledTensor tensor, ..]) => tensor,
            _ => throw new WeightsException("pickle.odd-call", $"The file calls something with arguments that no state dictionary has."),
        };

    /// <summary>A persistent id: ('storage', type, key, location, number of elements[, view]).</summary>
    private static PickledStorage Storage(object?[] id) =>
        id switch
        {
            ["storage", PickleGlobal { Kind: PickleGlobalKind.Storage, Element: { } type }, string key, string, long count] =>
                new PickledStorage(type, key, count),
            ["storage", PickleGlobal { Kind: PickleGlobalKind.Storage, Element: { } type }, string key, string, long count, null] =>
                new PickledStorage(type, key, count),
            _ => throw new WeightsException("pickle.odd-reference", $"The file refers to data in a way that no state dictionary does."),
        };

    private static long[] Longs(object?[] values)
    {
        // One tuple may serve many tensors, and each makes its own copy: a long one would be a bomb.
        if (values.Length > WeightsLimits.Dimensions)
            throw new WeightsException("pickle.dimensions", $"A tensor has {values.Length} dimensions.");
        return [.. values.Select(v => v is long value ? value : throw Damaged())];
    }

    private static object LongOrMagic(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 16)
            throw new WeightsException("pickle.long-number", $"The file holds a number that is too long.");
        Int128 value = 0;
        for (int i = bytes.Length - 1; i >= 0; i--)
            value = (value << 8) | bytes[i];
        if (bytes.Length is > 0 and < 16 && (bytes[^1] & 0x80) != 0)
            value -= Int128.One << (bytes.Length * 8);
        // Boxed as what it is: the two sides of a conditional would both become an Int128.
        if (value < long.MinValue || value > long.MaxValue)
            return value;
        return (long)value;
    }

    private void SetItems(object?[] keysAndValues)
    {
        Dictionary<string, object?> target = Top<Dictionary<string, object?>>();
        if (keysAndValues.Length % 2 != 0)
            throw Damaged();
        for (int i = 0; i < keysAndValues.Length; i += 2)
        {
            string key = keysAndValues[i] switch
            {
                string text => WeightsLimits.CheckName(text),
                // As text, because numbers can be chosen so that they all fall into one bucket of a dictionary; texts cannot.
                long number => number.ToString(CultureInfo.InvariantCulture),
                _ => throw new WeightsException("pickle.odd-keys", $"The file has a dictionary whose keys are no texts."),
            };
            if (!target.TryAdd(key, keysAndValues[i + 1]))
                throw new WeightsException("weights.twice", $"'{WeightsLimits.Shown(key)}' is there twice.");
        }
    }

    private void Memoize(uint index)
    {
        // Python numbers what it keeps from 0 or 1 on, so a number is never above the count of operations.
        if (index > _operations)
            throw Damaged();
        while (_memo.Count <= index)
            _memo.Add(null);
        _memo[(int)index] = Top();
    }

    private object? Recall(uint index) => index < _memo.Count ? _memo[(int)index] : throw Damaged();

    private object? Pop()
    {
        object? value = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private T Pop<T>() => Pop() is T value ? value : throw Damaged();

    private object? Top() => _stack.Count > 0 ? _stack[^1] : throw Damaged();

    private T Top<T>() => Top() is T value ? value : throw Damaged();

    private object?[] PopToMark()
    {
        int mark = _stack.Count - 1;
        while (mark >= 0 && !ReferenceEquals(_stack[mark], Mark))
            mark--;
        if (mark < 0)
            throw Damaged();
        object?[] items = PopFrom(mark + 1);
        _stack.RemoveAt(mark);
        return items;
    }

    private object?[] PopFrom(int index)
    {
        if (index < 0)
            throw Damaged();
        object?[] items = CollectionsMarshal.AsSpan(_stack)[index..].ToArray();
        _stack.RemoveRange(index, items.Length);
        return items;
    }

    private int Length()
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
        return length <= int.MaxValue ? (int)length : throw TooLong();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > Rest.Length)
            throw EndsEarly();
        ReadOnlySpan<byte> taken = Rest[..count];
        _position += count;
        return taken;
    }

    private string Line()
    {
        int end = Rest.IndexOf((byte)'\n');
        if (end < 0)
            throw new WeightsException("pickle.cut-name", $"The file ends in the middle of a name.");
        string line = Text(Rest[..end]);
        _position += end + 1;
        return line;
    }

    private static string Text(ReadOnlySpan<byte> utf8) =>
        Utf8.IsValid(utf8)
            ? Encoding.UTF8.GetString(utf8)
            : throw new WeightsException("pickle.no-utf8", $"The file holds a text that is no UTF-8.");

    private static WeightsException EndsEarly() =>
        new("pickle.cut-description", $"The file ends in the middle of the description of its tensors.");

    private static WeightsException TooLong() => new("pickle.long-text", $"The file holds a text that is too long.");

    private static WeightsException Damaged() => new("pickle.damaged", $"The file's description of its tensors is damaged.");
}

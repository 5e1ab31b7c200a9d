using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Weights;

/// <summary>Element types that weight files may hold.</summary>
public enum ElementType
{
    Float64,
    Float32,
    Float16,
    BFloat16,
    Int64,
    Int32,
    Int16,
    Int8,
    UInt8,
    Bool,
}

public static class ElementTypeExtensions
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this ElementType type) =>
        type switch
        {
            ElementType.Float64 or ElementType.Int64 => 8,
            ElementType.Float32 or ElementType.Int32 => 4,
            ElementType.Float16 or ElementType.BFloat16 or ElementType.Int16 => 2,
            ElementType.Int8 or ElementType.UInt8 or ElementType.Bool => 1,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
        };
}

/// <summary>A tensor read from a file: row-major, little-endian. No libtorch is involved until <see cref="CopyTo"/>.</summary>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Dimensions; empty for a scalar.</param>
/// <param name="Bytes">Elements, contiguous.</param>
public sealed record TensorData(ElementType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Bytes)
{
    public static TensorData FromTensor(Tensor tensor)
    {
        ElementType type = tensor.dtype switch
        {
            ScalarType.Float32 => ElementType.Float32,
            ScalarType.Float16 => ElementType.Float16,
            ScalarType.BFloat16 => ElementType.BFloat16,
            ScalarType.Int64 => ElementType.Int64,
            _ => throw new NotSupportedException($"Tensors of type {tensor.dtype} are not saved."),
        };
        using var scope = NewDisposeScope();
        Tensor source = tensor.detach().cpu().contiguous();
        return new TensorData(type, source.shape, source.bytes.ToArray());
    }

    /// <summary>Whether the element type holds real numbers, so that it can stand in for a 32-bit parameter.</summary>
    public bool IsFloatingPoint => Type is ElementType.Float64 or ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16;

    /// <summary>Copies the values into a tensor of the same shape, converting the element type where it differs.</summary>
    public void CopyTo(Tensor target)
    {
        if (!target.shape.SequenceEqual(Shape))
            throw new ArgumentException("The shapes differ.", nameof(target));
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        // Alike and in the processor's memory, nothing lies between the file's bytes and the weights.
        bool isAlike = target.dtype == TorchType && target.device_type == DeviceType.CPU && target.is_contiguous();
        Tensor copy = isAlike ? target : empty(target.shape, dtype: TorchType);
        FileBytes.Copy(Bytes, copy.bytes);
        if (!isAlike)
            target.copy_(copy);
    }

    /// <summary>The values in a tensor of the same element type, in the processor's memory.</summary>
    public Tensor ToTensor()
    {
        Tensor copy = empty([.. Shape], dtype: TorchType);
        FileBytes.Copy(Bytes, copy.bytes);
        return copy;
    }

    /// <summary>The same in 16-bit floating point: half the bytes, 11 bits of precision.</summary>
    public TensorData ToHalf()
    {
        float[] values = ToSingles();
        byte[] bytes = new byte[2 * values.Length];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(2 * i), (Half)values[i]);
        return new TensorData(ElementType.Float16, Shape, bytes);
    }

    /// <summary>The values as 32-bit floating-point numbers.</summary>
    public float[] ToSingles()
    {
        ReadOnlySpan<byte> bytes = Bytes.Span;
        float[] values = new float[bytes.Length / Type.Size()];
        switch (Type)
        {
            case ElementType.Float32:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
                break;
            case ElementType.Float64:
                for (int i = 0; i < values.Length; i++)
                    values[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(i * 8)..]);
                break;
            case ElementType.Float16:
                for (int i = 0; i < values.Length; i++)
                    values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(i * 2)..]);
                break;
            case ElementType.BFloat16:
                // bfloat16 is the upper half of a float.
                for (int i = 0; i < values.Length; i++)
                    values[i] = BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * 2)..]) << 16);
                break;
            case ElementType.Int64:
                for (int i = 0; i < values.Length; i++)
                    values[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(i * 8)..]);
                break;
            case ElementType.Int32:
                for (int i = 0; i < values.Length; i++)
                    values[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * 4)..]);
                break;
            case ElementType.Int16:
                for (int i = 0; i < values.Length; i++)
                    values[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes[(i * 2)..]);
                break;
            case ElementType.Int8:
                for (int i = 0; i < values.Length; i++)
                    values[i] = (sbyte)bytes[i];
                break;
            case ElementType.UInt8 or ElementType.Bool:
                for (int i = 0; i < values.Length; i++)
                    values[i] = bytes[i];
                break;
            default:
                throw new InvalidOperationException($"No conversion from {Type}.");
        }

        return values;
    }

    private ScalarType TorchType =>
        Type switch
        {
            ElementType.Float64 => ScalarType.Float64,
            ElementType.Float32 => ScalarType.Float32,
            ElementType.Float16 => ScalarType.Float16,
            ElementType.BFloat16 => ScalarType.BFloat16,
            ElementType.Int64 => ScalarType.Int64,
            ElementType.Int32 => ScalarType.Int32,
            ElementType.Int16 => ScalarType.Int16,
            ElementType.Int8 => ScalarType.Int8,
            ElementType.UInt8 => ScalarType.Byte,
            ElementType.Bool => ScalarType.Bool,
            _ => throw new InvalidOperationException($"No tensor of {Type}."),
        };

    /// <summary>How many elements a shape has.</summary>
    /// <exception cref="WeightsException">A side is negative, or they are more than can be counted.</exception>
    internal static long Count(IEnumerable<long> shape)
    {
        long count = 1;
        foreach (long side in shape)
        {
            if (side < 0)
                throw new WeightsException("weights.negative-side", $"A tensor has a negative side.");
            try
            {
                count = checked(count * side);
            }
            catch (OverflowException)
            {
                throw new WeightsException("weights.claims-elements", $"A tensor claims more elements than fit into memory.");
            }
        }

        return count;
    }
}

namespace BlazorTransfer.Training.Weights;

internal enum PickleGlobalKind
{
    OrderedDict,
    RebuildTensor,
    RebuildParameter,
    Storage,
}

/// <summary>One of the Python names that a state dictionary may refer to. The table is fixed, and nothing is looked up by its
/// name.</summary>
/// <param name="Kind">What the name means.</param>
/// <param name="Element">Element type of a storage; null for other kinds.</param>
internal sealed record PickleGlobal(PickleGlobalKind Kind, ElementType? Element = null)
{
    /// <exception cref="WeightsException">The name is not in the table.</exception>
    public static PickleGlobal Named(string module, string name) =>
        (module, name) switch
        {
            ("collections", "OrderedDict") => new PickleGlobal(PickleGlobalKind.OrderedDict),
            ("torch._utils", "_rebuild_tensor_v2") => new PickleGlobal(PickleGlobalKind.RebuildTensor),
            // Before PyTorch 0.4: the same without gradient and hooks.
            ("torch._utils", "_rebuild_tensor") => new PickleGlobal(PickleGlobalKind.RebuildTensor),
            ("torch._utils", "_rebuild_parameter") => new PickleGlobal(PickleGlobalKind.RebuildParameter),
            ("torch", "DoubleStorage") => Storage(ElementType.Float64),
            ("torch", "FloatStorage") => Storage(ElementType.Float32),
            ("torch", "HalfStorage") => Storage(ElementType.Float16),
            ("torch", "BFloat16Storage") => Storage(ElementType.BFloat16),
            ("torch", "LongStorage") => Storage(ElementType.Int64),
            ("torch", "IntStorage") => Storage(ElementType.Int32),
            ("torch", "ShortStorage") => Storage(ElementType.Int16),
            ("torch", "CharStorage") => Storage(ElementType.Int8),
            ("torch", "ByteStorage") => Storage(ElementType.UInt8),
            ("torch", "BoolStorage") => Storage(ElementType.Bool),
            _ => throw new WeightsException(
                "pickle.refused-global",
                $"The file refers to '{WeightsLimits.Shown(module)}.{WeightsLimits.Shown(name)}', so it is more than a state dictionary "
                    + $"and is refused. Save it with torch.save(model.state_dict(), …) or as safetensors."
            ),
        };

    private static PickleGlobal Storage(ElementType element) => new(PickleGlobalKind.Storage, element);
}

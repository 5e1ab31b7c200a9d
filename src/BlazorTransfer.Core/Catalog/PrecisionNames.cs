namespace BlazorTransfer.Core.Catalog;

/// <summary>Values of the parameters <see cref="ParameterNames.Precision"/> and <see cref="ParameterNames.FrozenPrecision"/>.</summary>
public static class PrecisionNames
{
    public const string Single = "fp32";
    public const string BFloat16 = "bf16";
}

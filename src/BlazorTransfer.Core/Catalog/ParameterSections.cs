namespace BlazorTransfer.Core.Catalog;

/// <summary>Headings that hyper-parameters stand under in a form.</summary>
public static class ParameterSections
{
    /// <summary>What a method has of its own.</summary>
    public const string Method = "Method";
    public const string Augmentation = "Augmentation";
    public const string Optimization = "Optimization";
    public const string Data = "Data";
    public const string Stopping = "Stopping";

    /// <summary>Where and how it runs, beside the seed and the device.</summary>
    public const string Machine = "Machine";
}

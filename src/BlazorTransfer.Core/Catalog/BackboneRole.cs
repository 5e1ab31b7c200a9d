namespace BlazorTransfer.Core.Catalog;

/// <summary>A part that a network plays in lists and defaults, so that no page knows a network by its name.</summary>
public enum BackboneRole
{
    /// <summary>Chosen where nobody chose one.</summary>
    Default,

    /// <summary>A good choice for most data sets; a short list shows these first.</summary>
    Recommended,
}

namespace BlazorTransfer.Web.Components.Shared;

/// <summary>An option of a <see cref="ChoiceGroup{T}"/>.</summary>
/// <param name="Value">What is chosen with it, unique within the group; null may stand for none of a kind.</param>
/// <param name="Title">Its name.</param>
/// <param name="Hint">A detail in small print.</param>
/// <param name="DisabledReason">Why it cannot be chosen; null where it can.</param>
/// <param name="Section">Heading of the options that it stands with; null for none.</param>
public sealed record Choice<T>(T? Value, string Title, string? Hint = null, string? DisabledReason = null, string? Section = null)
{
    /// <summary>What has to be done before the option can be used; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>What the option consists of, a line each; empty for most options.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];
}

/// <summary>Layout of a <see cref="ChoiceGroup{T}"/>.</summary>
public enum ChoiceLook
{
    /// <summary>Tiles in columns.</summary>
    Tiles,

    /// <summary>Tiles in few columns, for options with long hints.</summary>
    WideTiles,

    /// <summary>One line: the label, then small buttons.</summary>
    Compact,
}

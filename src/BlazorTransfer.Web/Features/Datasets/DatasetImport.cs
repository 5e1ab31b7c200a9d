namespace BlazorTransfer.Web.Features.Datasets;

internal enum ImportState
{
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>An import and what became of it; it is kept, so that a page opened later tells.</summary>
internal sealed record DatasetImport
{
    public required string Id { get; init; }
    public required string ProjectId { get; init; }

    /// <summary>The data set that it makes.</summary>
    public required string DatasetId { get; init; }
    public required string Name { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public ImportState State { get; init; } = ImportState.Running;

    /// <summary>Why it failed, in words.</summary>
    public string? Error { get; init; }

    public DatasetImport End(ImportState state, string? error = null) =>
        State == ImportState.Running ? this with { State = state, Error = error } : this;
}

/// <summary>How far a running import is; in memory only.</summary>
internal sealed record ImportProgress(int Done, int Total, int Rejected);

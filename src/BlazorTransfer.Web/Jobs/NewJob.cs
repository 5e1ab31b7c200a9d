namespace BlazorTransfer.Web.Jobs;

/// <summary>A job to accept. Whether its owner may start it is for the service that makes this to check.</summary>
/// <param name="OwnerId">The account.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Input">What it is given.</param>
internal sealed record NewJob<TInput>(string OwnerId, string Title, TInput Input)
{
    public string ProjectId { get; init; } = "";
    public string Subject { get; init; } = "";

    /// <summary>Files to move into the job's folder, by the names that the kind knows them by.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();
}

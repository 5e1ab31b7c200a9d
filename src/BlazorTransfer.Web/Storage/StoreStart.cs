namespace BlazorTransfer.Web.Storage;

/// <summary>How the store opens its file.</summary>
internal sealed class StoreStart
{
    /// <summary>A file that is missing or damaged is set aside and replaced by an empty one, which the rebuild fills.</summary>
    public bool ForRebuild { get; set; }
}

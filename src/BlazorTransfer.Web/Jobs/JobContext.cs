namespace BlazorTransfer.Web.Jobs;

/// <summary>What a running job knows of itself, and the way to report.</summary>
/// <param name="live">The job in memory.</param>
/// <param name="input">What it was given.</param>
/// <param name="folder">A folder of its own, deleted at its end; files that it was given are there.</param>
internal sealed class JobContext<TInput>(LiveJob live, TInput input, string folder)
{
    public BackgroundJob Job => live.Current;

    public TInput Input => input;

    public string Folder => folder;

    /// <summary>A file of the job's folder.</summary>
    public string File(string name) => Path.Combine(folder, name);

    /// <summary>Says how far the job is; as often as it likes, since whoever watches is told a few times a second.</summary>
    public void Report(JobProgress progress) => live.Report(progress);

    /// <summary>Shows pages something beside the progress, such as intermediate results; each replaces the one before.</summary>
    public void Show(object detail) => live.Show(detail);

    /// <summary>Tells an event to whoever started the job and waits for it.</summary>
    public void Emit(object happened) => live.Emit(happened);
}

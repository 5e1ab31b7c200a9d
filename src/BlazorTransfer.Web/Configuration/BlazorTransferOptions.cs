using System.ComponentModel.DataAnnotations;

namespace BlazorTransfer.Web.Configuration;

/// <summary>Settings of an installation: <c>appsettings.json</c>, or the environment as <c>BLAZORTRANSFER_DataFolder</c> and so
/// on.</summary>
internal sealed class BlazorTransferOptions : IValidatableObject
{
    /// <summary>Where everything is kept; relative to the program's content folder.</summary>
    [Required]
    public string DataFolder { get; set; } = "data";

    /// <summary>Folder of the worker's program; found by itself in a build and in the image.</summary>
    public string? WorkerFolder { get; set; }

    /// <summary>Runs at the same time. One worker uses all cores and the GPU.</summary>
    [Range(1, 64)]
    public int WorkerSlots { get; set; } = 1;

    /// <summary>Largest upload, in bytes.</summary>
    [Range(1L << 20, 1L << 42)]
    public long MaximumUploadBytes { get; set; } = 20L << 30;

    /// <summary>Most entries of a zip of images. Each takes about 1 KB of memory during the import.</summary>
    [Range(1, 10_000_000)]
    public int MaximumZipEntries { get; set; } = 100_000;

    /// <summary>How many times as large as in the zip a file may be; files under 1 MB may be larger.</summary>
    [Range(2, 1_000)]
    public int MaximumZipRatio { get; set; } = 100;

    /// <summary>Memory in which an uploaded image must be decoded, in bytes; kept by Linux only.</summary>
    [Range(256L << 20, 1L << 40)]
    public long MaximumImageMemoryBytes { get; set; } = 1L << 30;

    /// <summary>Time of the processor in which an uploaded image must be decoded.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan MaximumImageTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Memory that the worker of a run may take, in bytes; kept by Linux only. 0 sets no limit, and with a GPU it should be 0: its
    /// driver reserves more than it uses.</summary>
    [Range(0, 1L << 50)]
    public long MaximumRunMemoryBytes { get; set; }

    /// <summary>How many times as many uploads, runs, events and downloads a user may ask for in a minute, for installations with
    /// scripts.</summary>
    [Range(1, 10_000)]
    public int RequestLimitFactor { get; set; } = 1;

    /// <summary>Uploads and runs are refused when less than this is free on the data folder's disk, in bytes.</summary>
    [Range(0, 1L << 50)]
    public long MinimumFreeBytes { get; set; } = 1L << 30;

    /// <summary>How much of the disk features of frozen layers may take, which runs share so that none computes them twice, in bytes; 0
    /// keeps none.</summary>
    [Range(0, 1L << 50)]
    public long FeatureCacheBytes { get; set; } = 10L << 30;

    /// <summary>A list of weights to offer for download instead of torchvision's, as JSON like <c>official-weights.json</c>.</summary>
    public string? OfficialWeightsFile { get; set; }

    /// <summary>After how long without a byte a download is given up and asked for again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan DownloadSilence { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Pause before a cut download is asked for again; longer each time.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DownloadRetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Pause between two looks for files that were copied into the weights folder.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan WeightsFolderPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a worker may take to stop after it was asked to, before it is killed.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan CancelGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Addresses and networks of reverse proxies, separated by commas, such as <c>10.0.0.2, 172.16.0.0/12</c>. The
    /// <c>X-Forwarded</c> headers of all others are ignored.</summary>
    public string TrustedProxies { get; set; } = "";

    /// <summary>Names under which browsers reach the application, separated by commas, such as <c>transfer.example.org</c>;
    /// <c>*.example.org</c> for all below a name, <c>*</c> for any. IP addresses and names that only a local network knows need no
    /// entry.</summary>
    public string AllowedHosts { get; set; } = "";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ProxyList.FirstUnreadable(TrustedProxies) is { } text)
            yield return new ValidationResult(
                $"TrustedProxies: '{text}' is neither an IP address nor a network such as 172.16.0.0/12.",
                [nameof(TrustedProxies)]
            );
    }
}

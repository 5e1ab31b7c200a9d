using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using BlazorTransfer.Web.Configuration;
using CliWrap;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Execution;

/// <summary>Finds the worker's program: where the settings say, in a folder <c>worker</c> beside this program, or in the build
/// output.</summary>
internal sealed class WorkerLocator(IOptions<BlazorTransferOptions> options)
{
    private const string Host = "dotnet",
        Shell = "/bin/sh";
    private const string FileName = "BlazorTransfer.Worker.dll";

    /// <summary>The folder of the worker's program.</summary>
    /// <exception cref="FileNotFoundException">There is no worker; the message says where it was looked for.</exception>
    public string Folder => Path.GetDirectoryName(Find())!;

    /// <summary>A start of the worker with these arguments.</summary>
    /// <param name="memoryBytes">The memory that it may take, kept by Linux only; 0 for any.</param>
    /// <param name="arguments">Those of the worker.</param>
    /// <exception cref="FileNotFoundException">There is no worker; the message says where it was looked for.</exception>
    public ProcessStartInfo Start(long memoryBytes, params string[] arguments) =>
        memoryBytes > 0 && OperatingSystem.IsLinux()
            ? new(Shell, Limited(arguments, memoryBytes)) { UseShellExecute = false }
            : new(Host, [Find(), .. arguments]) { UseShellExecute = false };

    /// <summary>A command of the worker with these arguments, for whoever reads what it prints.</summary>
    /// <exception cref="FileNotFoundException">There is no worker; the message says where it was looked for.</exception>
    public Command Command(IReadOnlyList<string> arguments) => Cli.Wrap(Host).WithArguments([Find(), .. arguments]);

    /// <summary>The same, in no more memory than this. Linux refuses what is beyond it; other systems do not know the limit.</summary>
    /// <inheritdoc cref="Command(IReadOnlyList{string})" path="/exception"/>
    public Command Command(IReadOnlyList<string> arguments, long memoryBytes) =>
        OperatingSystem.IsLinux() ? Cli.Wrap(Shell).WithArguments(Limited(arguments, memoryBytes)) : Command(arguments);

    /// <summary>Arguments of a shell that sets the limit and becomes the worker.</summary>
    private IEnumerable<string> Limited(IReadOnlyList<string> arguments, long memoryBytes) =>
        [
            "-c",
            string.Create(CultureInfo.InvariantCulture, $"ulimit -d {memoryBytes >> 10}; exec \"$@\""),
            "sh",
            Host,
            Find(),
            .. arguments,
        ];

    private string Find()
    {
        string?[] folders =
        [
            options.Value.WorkerFolder,
            Path.Combine(AppContext.BaseDirectory, "worker"),
            typeof(WorkerLocator)
                .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .FirstOrDefault(a => a.Key == "WorkerFolder")
                ?.Value,
        ];
        return folders.OfType<string>().Select(f => Path.Combine(f, FileName)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException(
                $"The worker ({FileName}) is in none of: {string.Join(", ", folders.OfType<string>())}. Set BLAZORTRANSFER_WorkerFolder."
            );
    }
}

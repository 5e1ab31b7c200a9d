using System.Text;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Worker.Tests;

/// <summary>A system library that libtorch needs and that the machine does not have.</summary>
public sealed class MissingLibraryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-libtorch-").FullName;

    public void Dispose() => TestFolder.Delete(_folder);

    /// <summary>.NET itself needs libstdc++, so it cannot be taken away. A libtorch that asks for one of another name misses it as
    /// well.</summary>
    [Fact]
    public void R27_MissingLibstdcxx_IsNamedInOneLine()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The file names and the loader's words are those of Linux.");
        string library = Directory.EnumerateFiles(AppContext.BaseDirectory, "libc10.so", SearchOption.AllDirectories).First();
        byte[] content = File.ReadAllBytes(library);
        byte[] name = Encoding.ASCII.GetBytes("libstdc++.so.6\0");
        int at = content.AsSpan().IndexOf(name);
        Assert.True(at > 0);
        "libstdc++.so.X\0"u8.CopyTo(content.AsSpan(at));
        File.WriteAllBytes(Path.Combine(_folder, "libc10.so"), content);

        (int code, string output, string errors) = WorkerProcess.Run([("BLAZORTRANSFER_LIBTORCH", _folder)], "describe");

        Assert.Equal(WorkerExitCode.DeviceUnavailable, (WorkerExitCode)code);
        string line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("libstdc++.so.X: cannot open shared object file", line, StringComparison.Ordinal);
        Assert.Empty(output);
    }
}

using System.Diagnostics;
using System.Text;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Imaging.Tests;

public sealed class FolderImportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-folder-").FullName;

    public void Dispose() => TestFolder.Delete(_folder);

    [Fact]
    public void FromFolder_WithAWesternTable_NeedsItsEncoding()
    {
        Write("1.jpg", 10);
        Write("2.jpg", 60);
        Write("3.jpg", 110);
        Write("4.jpg", 160);
        File.WriteAllBytes(
            Path.Combine(_folder, "labels.csv"),
            Encoding.Latin1.GetBytes("file;class\n1.jpg;\u00C41\n2.jpg;\u00C41\n3.jpg;\u00D61\n4.jpg;\u00D61\n")
        );

        Assert.Throws<UnknownEncodingException>(() => FolderImport.FromFolder(_folder, options: new(ImportLayout.Table)));
        ImportResult import = FolderImport.FromFolder(
            _folder,
            options: new(ImportLayout.Table, TableEncoding: TextEncoding.Find("windows-1252"))
        );

        Assert.Equal(["\u00C41", "\u00D61"], import.Manifest.Classes);
    }

    [Fact]
    public void FromFolder_WithFoldersInTwoUnicodeForms_ReadsThemAsOneClass()
    {
        Assert.SkipWhen(OperatingSystem.IsMacOS(), "macOS keeps one spelling of a name.");
        Write("cafe\u0301/1.jpg", 10);
        Write("caf\u00E9/2.jpg", 60);
        Write("tea/1.jpg", 110);
        Write("tea/2.jpg", 160);

        ImportResult import = FolderImport.FromFolder(_folder);

        Assert.Equal(["caf\u00E9", "tea"], import.Manifest.Classes);
        Assert.Equal(4, import.Manifest.Samples.Count);
        Assert.All(import.Manifest.Samples, s => Assert.True(File.Exists(Path.Combine(_folder, s.File))));
    }

    [Fact]
    public void FromFolder_WithFilesTooDeep_ListsThem()
    {
        Write("a/1.jpg", 10);
        Write("a/2.jpg", 60);
        Write("b/1.jpg", 110);
        Write("b/2.jpg", 160);
        string deep = "a/" + string.Concat(Enumerable.Repeat("x/", 12)) + "3.jpg";
        Write(deep, 210);

        ImportResult import = FolderImport.FromFolder(_folder);

        RejectedFile rejected = Assert.Single(import.Rejected);
        Assert.Equal(deep, rejected.Name);
        Assert.Contains("10 folders deep", rejected.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void FromFolder_WithLinksInACircle_TakesEachFileOnce()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a permission there.");
        Write("a/1.jpg", 10);
        Write("a/2.jpg", 60);
        Write("b/1.jpg", 110);
        Write("b/2.jpg", 160);
        Directory.CreateSymbolicLink(Path.Combine(_folder, "a", "up"), "..");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "b", "self"), "self");

        ImportResult import = FolderImport.FromFolder(_folder);

        Assert.Equal(["a", "b"], import.Manifest.Classes);
        Assert.Equal(4, import.Manifest.Samples.Count);
    }

    /// <summary>.NET leaves out what is inside such a folder without a word.</summary>
    [Fact]
    public void FromFolder_WithNamesThatAreNotUtf8_ListsThem()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux keeps names of any bytes.");
        Write("a/1.jpg", 10);
        Write("a/2.jpg", 60);
        Write("b/1.jpg", 110);
        Write("b/2.jpg", 160);
        // .NET can neither make nor delete such names.
        Shell("d=$(printf '\\271\\267'); mkdir \"$d\"; cp a/1.jpg \"$d/1.jpg\"; cp a/1.jpg \"a/$d.jpg\"");
        try
        {
            ImportResult import = FolderImport.FromFolder(_folder);

            Assert.Equal(["a", "b"], import.Manifest.Classes);
            Assert.Equal(["??", "a/??.jpg"], import.Rejected.Select(r => r.Name).Order(StringComparer.Ordinal));
            Assert.All(import.Rejected, r => Assert.Contains("were lost", r.Reason, StringComparison.Ordinal));
        }
        finally
        {
            Shell("rm -r *");
        }

        void Shell(string script)
        {
            using Process shell = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { WorkingDirectory = _folder })!;
            shell.WaitForExit();
            Assert.Equal(0, shell.ExitCode);
        }
    }

    [Fact]
    public void Warnings_OfTheReportedFolder_NameTheClassThatCannotBeLearned()
    {
        ImportResult import = FolderImport.FromFolder(SharedFiles.Path("data", "reports", "16", "data"));

        IReadOnlyList<Message> warnings = DatasetWarnings.Of(ClassCount.Of(import.Manifest));

        Assert.Contains(warnings, w => w.English.StartsWith("The class 'c' has no training images", StringComparison.Ordinal));
    }

    private void Write(string name, byte shade)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var image = new RgbImage(16, 16);
        Array.Fill(image.Pixels, shade);
        File.WriteAllBytes(path, PictureFiles.Encode(image, 90));
    }
}

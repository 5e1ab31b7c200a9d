using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace BlazorTransfer.Architecture.Tests;

/// <summary>Files of others in this repository are what they are said to be, and none is known to be vulnerable.</summary>
public sealed class ThirdPartyFileTests
{
    private static readonly string Repository = Path.GetDirectoryName(SourceProject.SourceFolder)!;
    private static readonly IReadOnlyList<ThirdPartyPackage> Packages = ThirdPartyPackage.All(Repository);

    [Fact]
    public void R61_EachFile_HasTheHashOfTheManifest()
    {
        Assert.NotEmpty(Packages);
        foreach ((string path, string sha256) in Packages.SelectMany(p => p.Files))
            Assert.True(
                Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Repository, path)))) == sha256,
                $"{path} is not the file that .config/third-party.json names. Take the version, source and hash of the new one over."
            );
    }

    [Fact]
    public void R61_EachFileOfOthers_IsInTheManifest()
    {
        string[] found =
        [
            .. new[] { "wwwroot-assets/lib", "wwwroot-assets/fonts" }
                .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository, folder), "*", SearchOption.AllDirectories))
                .Select(file => Path.GetRelativePath(Repository, file).Replace('\\', '/')),
        ];

        Assert.Empty(found.Except(Packages.SelectMany(p => p.Files.Keys)));
        // Our own scripts and styles are readable; a minified one is somebody else's.
        Assert.Empty(
            Directory
                .EnumerateFiles(Path.Combine(Repository, "wwwroot-assets"), "*.min.*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Repository, file).Replace('\\', '/'))
                .Except(found)
        );
    }

    [Fact]
    public void R61_VersionInAFile_IsThatOfTheManifest()
    {
        string header = File.ReadLines(Path.Combine(Repository, "wwwroot-assets", "lib", "uplot", "uPlot.iife.min.js")).First();
        XDocument central = XDocument.Load(Path.Combine(Repository, "Directory.Packages.props"));

        Assert.Equal(VersionOf("uplot"), Regex.Match(header, @"\(v([\d.]+)\)").Groups[1].Value);
        Assert.Equal(
            VersionOf("axe-core"),
            (string?)
                central
                    .Descendants("PackageVersion")
                    .Single(p => (string?)p.Attribute("Include") == "Deque.AxeCore.Commons")
                    .Attribute("Version")
        );
    }

    [Fact]
    public async Task R61_NoPackage_IsKnownToBeVulnerable()
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };
        foreach (ThirdPartyPackage package in Packages)
        {
            IReadOnlyList<string>? known = await VulnerabilityDatabase.AskAsync(client, package);
            Assert.SkipWhen(known is null, "api.osv.dev does not answer from here, so files of others were not audited.");
            Assert.True(known.Count == 0, $"{package.Package} {package.Version} is vulnerable: {string.Join(", ", known)}");
        }
    }

    // In the form that https://google.github.io/osv.dev/post-v1-query describes, cut to what is read.
    [Theory]
    [InlineData("{}", "")]
    [InlineData("""{"vulns":[]}""", "")]
    [InlineData(
        """
            {"vulns":[{"id":"GHSA-gxr4-xjj5-5px2","summary":"Potential XSS vulnerability in jQuery","aliases":["CVE-2020-11022"],
            "affected":[{"package":{"name":"jquery","ecosystem":"npm"},"ranges":[{"type":"SEMVER",
            "events":[{"introduced":"1.2.0"},{"fixed":"3.5.0"}]}]}]},{"id":"GHSA-jpcq-cgw6-v4j6"}]}
            """,
        "GHSA-gxr4-xjj5-5px2 GHSA-jpcq-cgw6-v4j6"
    )]
    public async Task Answer_OfTheDatabase_IsRead(string answer, string ids)
    {
        using var client = new HttpClient(new Answering(HttpStatusCode.OK, answer));

        IReadOnlyList<string>? known = await VulnerabilityDatabase.AskAsync(client, Packages[0]);

        Assert.Equal(ids, string.Join(' ', known!));
    }

    [Theory]
    [InlineData(HttpStatusCode.MethodNotAllowed, "{}")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "")]
    [InlineData(HttpStatusCode.OK, "<html>Sign in to this network</html>")]
    [InlineData(HttpStatusCode.OK, "[]")]
    public async Task Answer_OfSomethingElse_CountsAsNone(HttpStatusCode status, string answer)
    {
        using var client = new HttpClient(new Answering(status, answer));

        Assert.Null(await VulnerabilityDatabase.AskAsync(client, Packages[0]));
    }

    [Fact]
    public void R61_NuGetAudit_LooksAtAllPackages_AndItsFindingsAreErrors()
    {
        XElement properties = XDocument.Load(Path.Combine(Repository, "Directory.Build.props")).Root!;
        string Value(string name) => properties.Descendants(name).Single().Value;

        Assert.Equal(("true", "all", "low"), (Value("NuGetAudit"), Value("NuGetAuditMode"), Value("NuGetAuditLevel")));
        Assert.Equal("true", Value("TreatWarningsAsErrors"));
        foreach (
            string file in Directory.EnumerateFiles(Repository, "*.*proj", SearchOption.AllDirectories).Append("Directory.Build.props")
        )
            Assert.DoesNotMatch("NU190[1-4]|NuGetAuditSuppress", File.ReadAllText(Path.Combine(Repository, file)));
    }

    private static string VersionOf(string package) => Packages.Single(p => p.Package == package).Version;

    private sealed class Answering(HttpStatusCode status, string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal("api.osv.dev", request.RequestUri!.Host);
            return Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(body) });
        }
    }
}

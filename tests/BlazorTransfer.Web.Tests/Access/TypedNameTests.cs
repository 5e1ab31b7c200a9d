using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Text;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Features.Team;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>Names that would break a log, command a terminal or look like another name.</summary>
public sealed class TypedNameTests : IDisposable
{
    private static readonly char[] Harmful =
    [
        .. Enumerable.Range(0, 0x20).Select(c => (char)c),
        .. Enumerable.Range(0x7F, 0x21).Select(c => (char)c),
        '\u061C',
        '\u200E',
        '\u200F',
        .. Enumerable.Range(0x2028, 7).Select(c => (char)c),
        .. Enumerable.Range(0x2066, 4).Select(c => (char)c),
    ];

    private static readonly string[] Parts = ["a", "Ä", "é", "漢", "ع", "🐜", "-", "7", "' OR 1=1", "<b>", "\u200D"];
    private static readonly Gen<string> Plain = Gen.Int[0, Parts.Length - 1]
        .Array[1, 8]
        .Select(places => string.Concat(places.Select(p => Parts[p])))
        // Joiners alone are no name.
        .Where(NameRule.IsVisible);

    private readonly TestApp _app = new();

    public void Dispose() => _app.Dispose();

    [Fact]
    public void R57_Name_WithAHarmfulCharacterAnywhere_IsRefusedAndOthersAreKept() =>
        Gen.Select(Plain, Gen.Int[0, Harmful.Length - 1].Select(i => Harmful[i]), Gen.Int[0, 20])
            .Sample(
                (name, harmful, place) =>
                {
                    string with = name.Insert(Math.Min(place, name.Length), harmful.ToString());
                    // A pair that is torn apart is no text either.
                    Assert.Throws<RefusedException>(() => TypedName.Check(with, 100, NamedThing.Project));
                    Assert.NotNull(ImportName.WhyNotText(with));
                    Assert.DoesNotContain(ImportName.Printable(with), Harmful.Contains);
                    Assert.Equal(name, TypedName.Check($" {name} ", 100, NamedThing.Project));
                    Assert.Null(ImportName.WhyNotText(name));
                }
            );

    [Theory]
    [InlineData("Vera\u200B")]
    [InlineData("\uFEFFVera")]
    [InlineData("Ve\u00ADra")]
    [InlineData("\u3164")]
    [InlineData("\u200D\uFE0F")]
    public void Name_ThatLooksLikeAnotherOrLikeNone_IsRefused(string name) =>
        Assert.Contains(
            "cannot be seen",
            Assert.Throws<RefusedException>(() => TypedName.Check(name, 100, NamedThing.Project)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Name_ThatIsNoText_IsRefused() =>
        Assert.All(
            ["\uD83D", "a\uDC1C", "", "   "],
            name => Assert.Throws<RefusedException>(() => TypedName.Check(name, 100, NamedThing.Project))
        );

    [Fact]
    public void Description_MayHaveLinesButNothingElseThatIsHarmful()
    {
        Assert.Equal("one\ntwo", Project.CheckDescription("one\ntwo"));
        Assert.All(Harmful.Except(['\n', '\r', '\t']), c => Assert.Throws<RefusedException>(() => Project.CheckDescription($"one{c}two")));
        Assert.False(NameRule.IsPlain("one\ntwo"));
    }

    [Theory]
    [InlineData("Inno\0cent")]
    [InlineData("Inno\r\ncent")]
    [InlineData("\u001B[2JInnocent")]
    [InlineData("Inno\u202Ecent")]
    [InlineData("Innocent\u2069")]
    public async Task R57_EveryPlaceThatTakesAName_RefusesHarmfulOnes(string name)
    {
        ClaimsPrincipal admin = await _app.PrincipalAsync(await _app.CreateUserAsync("Root", isAdmin: true));
        (Project project, Dataset dataset) = await _app.CreateProjectWithDataAsync(admin);
        using IServiceScope scope = _app.Factory.Services.CreateScope();
        AccountService accounts = scope.ServiceProvider.GetRequiredService<AccountService>();
        string zip = TestZip.Write(Path.Combine(_app.DataFolder, "uploads", "x.zip"), TestZip.TwoClasses());

        Assert.NotEmpty((await accounts.CreateByAdminAsync(admin, name)).Errors);
        Assert.Throws<RefusedException>(() => _app.Get<ProjectService>().Create(admin, name));
        Assert.Throws<RefusedException>(() => _app.Get<ProjectService>().Rename(admin, project.Id, name, ""));
        Assert.Throws<RefusedException>(() => _app.Get<DatasetService>().Rename(admin, project.Id, dataset.Id, name));
        Assert.Throws<RefusedException>(() => _app.Get<DatasetImports>().StartZip(admin, project.Id, name, zip));
        await Assert.ThrowsAsync<RefusedException>(() => _app.ImportWeightsAsync(admin, name));
        await Assert.ThrowsAsync<RefusedException>(() =>
            _app.Get<RunService>()
                .SubmitAsync(
                    admin,
                    project.Id,
                    new RunRequest
                    {
                        Name = name,
                        DatasetId = dataset.Id,
                        DatasetVersion = 1,
                        Backbone = "fake",
                        Method = "fake-method",
                    }
                )
        );
        Assert.Throws<ImportException>(() =>
            LabelTable.Read("labels.csv", System.Text.Encoding.UTF8.GetBytes($"file,class\n1.jpg,\"{name}\"\n"))
        );
    }
}

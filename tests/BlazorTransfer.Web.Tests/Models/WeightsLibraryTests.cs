using System.Security.Claims;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Lineage;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;
using BlazorTransfer.Web.Tests.Storage;

namespace BlazorTransfer.Web.Tests.Models;

public sealed class WeightsLibraryTests : IAsyncLifetime
{
    private readonly TestApp _app = new();
    private ClaimsPrincipal _ada = null!;

    public async ValueTask InitializeAsync() => _ada = await _app.PrincipalAsync(await _app.CreateUserAsync("Ada"));

    public ValueTask DisposeAsync()
    {
        _app.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Import_ThatFitsNothing_ReportsEveryTensorOnceAndToItsUserAlone()
    {
        ClaimsPrincipal ben = await _app.PrincipalAsync(await _app.CreateUserAsync("Ben"));

        await Assert.ThrowsAsync<WeightsMismatchException>(() => ImportAsync("weights of another network"));

        Assert.Null(Library.TakeReport(ben));
        WeightsMismatch mismatch = Assert.Single(Library.TakeReport(_ada)!.Comparisons);
        Assert.Equal((1, 3, 500), (mismatch.Matching, mismatch.Total, mismatch.UnexpectedCount));
        Assert.Null(Library.TakeReport(_ada));
    }

    [Fact]
    public async Task Import_ThatFitsWithSomethingLeftOver_IsTakenInAndSaysWhat()
    {
        BackboneWeights entry = await ImportAsync("weights");

        foreach (
            WeightsReport report in new[] { Library.TakeReport(_ada)!, await Library.InspectAsync(_ada, entry.Id, CancellationToken.None) }
        )
        {
            WeightsMismatch left = Assert.Single(report.Comparisons);
            Assert.Equal((left.Total, false), (left.Matching, left.IsWhole));
        }
    }

    [Fact]
    public async Task BuiltInWeights_OfANewVersion_TakeTheNameOver_AndTheOldOnesMayBeRemoved()
    {
        ClaimsPrincipal admin = await _app.PrincipalAsync(await _app.CreateUserAsync("Root", isAdmin: true));
        string file = Path.Combine(_app.DataFolder, "uploads", "builtin");
        await File.WriteAllTextAsync(file, "weights", TestContext.Current.CancellationToken);
        var card = new BuiltInWeights
        {
            Name = "Built in",
            Backbone = "fake",
            File = "f",
            Sha256 = new string('a', 64),
            Licence = "MIT",
            Origin = "us",
        };

        Library.EnterBuiltIn(card, file);
        Library.EnterBuiltIn(card, file);
        Library.EnterBuiltIn(card with { Sha256 = new string('b', 64), HeadClasses = 200 }, file);

        BackboneWeights[] entries = [.. Library.List(_ada).Where(w => w.Name.StartsWith("Built in", StringComparison.Ordinal))];
        Assert.Equal(
            [("Built in", 'b', true, 200), ("Built in (earlier)", 'a', false, 0)],
            entries.Select(w => (w.Name, w.Sha256[0], w.IsBuiltIn, w.HeadClasses!.Value))
        );
        Assert.False(Library.MayRemove(admin, entries[0]));
        Library.Remove(admin, entries[1].Id);
    }

    [Fact]
    public async Task BuiltInWeights_WhoseCopyIsInterruptedAnywhere_AreEnteredWholeAtTheNextStart()
    {
        string file = Path.Combine(_app.DataFolder, "uploads", "builtin");
        await File.WriteAllTextAsync(file, "weights", TestContext.Current.CancellationToken);
        using var disk = new FaultyDisk(_app.DataFolder);
        int interrupted = 0;
        // The file comes first, then the document, whose writes grow with the database.
        for (int operation = 1; operation <= 30; operation++)
        {
            var card = new BuiltInWeights
            {
                Name = $"Built in {operation}",
                Backbone = "fake",
                File = "builtin",
                Sha256 = operation.ToString("x64", System.Globalization.CultureInfo.InvariantCulture),
                Licence = "MIT",
                Origin = "us",
            };
            string copy = Path.Combine(_app.DataFolder, "weights", $"{card.Sha256}.weights");
            disk.FailAt(operation, isLasting: false);
            interrupted += Record.Exception(() => Library.EnterBuiltIn(card, file)) is null ? 0 : 1;
            disk.Repair();

            Assert.True(!File.Exists(copy) || await File.ReadAllTextAsync(copy, TestContext.Current.CancellationToken) == "weights");
            Library.EnterBuiltIn(card, file);
            Assert.Equal("weights", await File.ReadAllTextAsync(copy, TestContext.Current.CancellationToken));
            Assert.Single(Library.List(_ada), w => w.Name == card.Name);
        }

        Assert.InRange(interrupted, 3, 30);
    }

    [Fact]
    public async Task OriginAndLicenceText_GoWithTheRun_AndWithRunsThatStartFromItsModel()
    {
        string file = Path.Combine(_app.DataFolder, "uploads", "builtin");
        await File.WriteAllTextAsync(file, "weights", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file + ".licence", "Permission is granted.", TestContext.Current.CancellationToken);
        Library.EnterBuiltIn(
            new BuiltInWeights
            {
                Name = "Built in",
                Backbone = "fake",
                File = "builtin",
                Sha256 = new string('a', 64),
                Licence = "MIT",
                LicenceFile = "builtin.licence",
                Origin = "us",
            },
            file
        );
        (Project project, Dataset dataset) = await _app.CreateProjectWithDataAsync(_ada);
        var request = new RunRequest
        {
            DatasetId = dataset.Id,
            DatasetVersion = 1,
            Backbone = "fake",
            Method = "fake-method",
            WeightsId = Library.List(_ada).Single(w => w.Name == "Built in").Id,
        };

        Run parent = await _app.Get<RunService>().SubmitAsync(_ada, project.Id, request);
        await _app.WaitForEndAsync(parent.Id);
        Run child = await _app.Get<RunService>().SubmitAsync(_ada, project.Id, request with { WeightsId = null, ParentRunId = parent.Id });

        foreach (Run run in new[] { parent, child })
            Assert.Equal(("us; MIT", "Permission is granted."), (run.Job.Weights.Origin, run.Job.Weights.LicenceText));
    }

    [Fact]
    public async Task Weights_ThatAWaitingRunStartsFrom_CannotBeRemoved()
    {
        BackboneWeights entry = await ImportAsync("weights");
        (Project project, Dataset dataset) = await _app.CreateProjectWithDataAsync(_ada);
        Run run = await _app.Get<RunService>()
            .SubmitAsync(
                _ada,
                project.Id,
                new RunRequest
                {
                    DatasetId = dataset.Id,
                    DatasetVersion = 1,
                    Backbone = "fake",
                    Method = "fake-method",
                    WeightsId = entry.Id,
                    Parameters = new Dictionary<string, Core.Catalog.ParameterValue> { ["behaviour"] = "wait-for-cancel" },
                }
            );
        await _app.WaitForRunAsync(run.Id, r => r.Status == RunStatus.Running);

        Assert.Throws<RefusedException>(() => Library.Remove(_ada, entry.Id));

        _app.Get<RunService>().Cancel(_ada, project.Id, run.Id);
        await _app.WaitForEndAsync(run.Id);
        Library.Remove(_ada, entry.Id);
        Assert.Equal(
            "weights, removed",
            _app.Get<RunLineage>().OfRun(_ada, project.Id, run.Id).Nodes.Single(n => n.Kind == LineageKind.Weights).Detail
        );
    }

    private WeightsLibrary Library => _app.Get<WeightsLibrary>();

    private Task<BackboneWeights> ImportAsync(string content)
    {
        string file = Path.Combine(_app.Get<DataFolder>().Uploads, $"{Ids.New()}.weights");
        File.WriteAllText(file, content);
        return Library.ImportAsync(_ada, "net.pth", file, CancellationToken.None);
    }
}

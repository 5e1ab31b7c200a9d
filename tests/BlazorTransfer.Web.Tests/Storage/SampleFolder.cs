using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Web.Features.Backbones;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Features.SystemCheck;
using BlazorTransfer.Web.Features.Train;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Storage;

/// <summary>A data folder with something of each kind.</summary>
internal static class SampleFolder
{
    public static async Task FillAsync(TestApp app)
    {
        User ada = await app.CreateUserAsync("Ada", isAdmin: true);
        await app.CreateUserAsync("Vera");
        ClaimsPrincipal user = await app.PrincipalAsync(ada);
        (Project project, Dataset dataset) = await app.CreateProjectWithDataAsync(user);
        app.Get<ProjectService>().Rename(user, project.Id, "Flowers", "Which flower is it?");
        app.SetRole(project.Id, "Vera", ProjectRole.Viewer);
        await app.ImportWeightsAsync(user, "90");
        await app.WaitForEndAsync((await app.SubmitAsync(user, project, dataset, "succeed")).Id);
        await app.WaitForEndAsync((await app.SubmitAsync(user, project, dataset, "exit-silently")).Id);
        await app.Get<RankingService>().StartAsync(user, project.Id, dataset.Id, [], withRandom: true);
        await TestApp.WaitForAsync(() => app.Get<JobEngine>().Live(app.Get<RankingJobKind>()).Count == 0);
        await app.Get<BackboneSpeeds>().MeasureAsync(user, "fake", CancellationToken.None);
        await app.Get<SystemCheckService>().RunAsync(user, CancellationToken.None);
        AddPendingUpload(app, user, project.Id);
        app.Get<RunTemplates>()
            .Save(
                user,
                project.Id,
                "Usual",
                new RunRequest
                {
                    DatasetId = dataset.Id,
                    DatasetVersion = 1,
                    Backbone = "fake",
                    Method = "fake-method",
                    Parameters = new Dictionary<string, ParameterValue> { ["strength"] = 0.25 },
                    Search = new SearchPlan
                    {
                        Trials = 3,
                        SuccessiveHalving = true,
                        Ranges = [new SearchRange("strength", 0.1, 0.9)],
                    },
                }
            );
        app.Get<TrainingPlans>()
            .TryAdd(
                new TrainingPlan
                {
                    Id = Ids.New(),
                    ProjectId = project.Id,
                    DatasetId = dataset.Id,
                    DatasetVersion = 1,
                    StartedBy = ada.Id,
                    StartedAt = DateTimeOffset.UnixEpoch,
                    Networks = 2,
                    ExperimentId = Ids.New(),
                }.Fail(Message.Plain("The ranking failed."))
            );
    }

    /// <summary>An upload that waits for the choice of an encoding, since a folder's name is in GBK.</summary>
    public static PendingUpload AddPendingUpload(TestApp app, ClaimsPrincipal user, string projectId)
    {
        string zip = Path.Combine(app.DataFolder, "uploads", $"{Ids.New()}.zip");
        RawZip.Write(
            zip,
            [
                new RawZipEntry([0xB9, 0xB7, .. "/1.jpg"u8], TestZip.Jpeg(10)),
                new RawZipEntry([0xB9, 0xB7, .. "/2.jpg"u8], TestZip.Jpeg(20)),
                new RawZipEntry([0xC2, 0xED, .. "/1.jpg"u8], TestZip.Jpeg(100)),
                new RawZipEntry([0xC2, 0xED, .. "/2.jpg"u8], TestZip.Jpeg(120)),
            ]
        );
        return app.Get<PendingUploads>()
            .Start(user, projectId, "Animals", zip, new ImportOptions(), ImportEncodings.None, asks: true)
            .Upload!;
    }
}

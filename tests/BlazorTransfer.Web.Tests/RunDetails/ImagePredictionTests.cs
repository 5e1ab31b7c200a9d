using System.Security.Claims;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.RunDetails;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;
using Bunit;
using Microsoft.AspNetCore.Components.Forms;

namespace BlazorTransfer.Web.Tests.RunDetails;

/// <summary>Images that people try on the model of a finished run.</summary>
public sealed class ImagePredictionTests : PageTests
{
    // Only against hanging.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly byte[] Picture = TestZip.TwoClasses().First().Item2;

    [Fact]
    public async Task Answer_ForAViewer_HasProbabilitiesAndKeepsNothing()
    {
        (ClaimsPrincipal owner, Run run) = await FinishedAsync();
        ClaimsPrincipal viewer = await App.PrincipalAsync(await App.CreateUserAsync("Vera"));
        App.SetRole(run.Submission.ProjectId, "Vera", ProjectRole.Viewer);

        ImagePrediction answer = await AnswerAsync(viewer, run, Picture);

        Assert.Equal([("b", 0.75), ("a", 0.25)], answer.Classes.Select(c => (c.Label, c.Probability)));
        // The worker was given the file itself.
        Assert.Equal(Picture, answer.Input);
        Assert.Empty(Directory.EnumerateFiles(App.Get<DataFolder>().Uploads, "*.image"));
        await TestApp.WaitForAsync(() => !Directory.EnumerateDirectories(App.Get<DataFolder>().Jobs).Any());
        Assert.DoesNotContain(
            App.Get<JobEngine>().List(run.Submission.ProjectId),
            j => j.Title.StartsWith("Try", StringComparison.Ordinal)
        );
        Assert.NotNull(owner);
    }

    [Theory]
    [InlineData("no image at all", "not")]
    [InlineData("crash", "crashes the decoder")]
    [InlineData("", "empty")]
    public async Task Answer_OfAFileThatIsNoUsableImage_IsRefusedInWords(string content, string words)
    {
        (ClaimsPrincipal user, Run run) = await FinishedAsync();

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() =>
            AnswerAsync(user, run, System.Text.Encoding.ASCII.GetBytes(content))
        );

        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_OfARunWhoseModelIsGone_SaysSo()
    {
        (ClaimsPrincipal user, Run run) = await FinishedAsync();
        File.Delete(App.Get<DataFolder>().Run(run.Id).BestCheckpoint);

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() => AnswerAsync(user, run, Picture));

        Assert.Equal("The run has no model any more. Train it again.", refusal.Message);
    }

    [Fact]
    public async Task Answer_AskedForTooOften_IsRefused()
    {
        (ClaimsPrincipal user, Run run) = await FinishedAsync();
        // Each attempt counts, also one that is refused for another reason.
        Exception? last = null;
        for (int i = 0; i <= 120 && last is not TooManyRequestsException; i++)
            last = await Record.ExceptionAsync(() => AnswerAsync(user, run, []));

        Assert.IsType<TooManyRequestsException>(last);
    }

    [Fact]
    public async Task Answers_ForManyAtOnce_ReceiveFourFilesAtATime_AndNoneForWhoMayNotSeeTheRun()
    {
        (ClaimsPrincipal user, Run run) = await FinishedAsync();
        ClaimsPrincipal stranger = await App.PrincipalAsync(await App.CreateUserAsync("Mallory"));
        var arrives = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        int asked = 0;
        Task<ImagePrediction> Answer(ClaimsPrincipal person) =>
            App.Get<ImagePredictions>()
                .AnswerAsync(
                    person,
                    run.Submission.ProjectId,
                    run.Id,
                    _ =>
                    {
                        Interlocked.Increment(ref asked);
                        return arrives.Task;
                    },
                    CancellationToken.None
                );

        Task<ImagePrediction>[] answers = [.. Enumerable.Range(0, 6).Select(_ => Answer(user))];
        await Assert.ThrowsAsync<NotFoundException>(() => Answer(stranger));

        // Each runs up to its wait before the call returns.
        Assert.Equal(4, asked);
        arrives.SetResult(Picture);
        await Task.WhenAll(answers);
        Assert.Equal(6, asked);
    }

    [Fact]
    public async Task Card_WhenAnImageIsChosen_ShowsItsProbabilities()
    {
        (ClaimsPrincipal user, Run run) = await FinishedAsync();
        IRenderedComponent<TryImageCard> card = Card(user, run);

        card.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromBinary(Picture, "photo.jpg"));

        card.WaitForAssertion(() => Assert.Equal(3, card.FindAll("li").Count), Patience);
        Assert.Equal(
            ["b75.0 %", "a25.0 %", "warm100.0 %"],
            card.FindAll("li .line").Select(l => l.TextContent.Replace("\n", "").Replace("  ", ""))
        );
        Assert.Equal("photo.jpg, as the network sees it", card.Find("img").GetAttribute("alt"));
        Assert.Empty(card.FindAll("[role=alert]"));
    }

    [Fact]
    public async Task Card_WhenAnotherFileIsChosen_SaysWhatIsWrong()
    {
        (ClaimsPrincipal user, Run run) = await FinishedAsync();
        IRenderedComponent<TryImageCard> card = Card(user, run);

        card.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText("words", "letter.txt"));

        card.WaitForAssertion(() => Assert.NotEmpty(card.Find("[role=alert]").TextContent), Patience);
        Assert.Empty(card.FindAll("li"));
        // Another try is possible.
        Assert.False(card.Find("input").HasAttribute("disabled"));
    }

    private async Task<(ClaimsPrincipal User, Run Run)> FinishedAsync()
    {
        ClaimsPrincipal user = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        (Project project, Dataset dataset) = await App.CreateProjectWithDataAsync(user);
        Run run = await App.SubmitAsync(user, project, dataset, "succeed");
        run = await App.WaitForEndAsync(run.Id);
        Assert.Equal(RunStatus.Succeeded, run.Status);
        // The worker of these tests trains nothing.
        await File.WriteAllTextAsync(App.Get<DataFolder>().Run(run.Id).BestCheckpoint, "a model");
        return (user, run);
    }

    private Task<ImagePrediction> AnswerAsync(ClaimsPrincipal user, Run run, byte[] file) =>
        App.Get<ImagePredictions>().AnswerAsync(user, run.Submission.ProjectId, run.Id, _ => Task.FromResult(file), CancellationToken.None);

    private IRenderedComponent<TryImageCard> Card(ClaimsPrincipal user, Run run) =>
        Render<TryImageCard>(p => p.Add(c => c.ProjectId, run.Submission.ProjectId).Add(c => c.RunId, run.Id).Add(c => c.User, user));
}

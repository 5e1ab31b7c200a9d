using System.Net;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;

namespace BlazorTransfer.Web.Tests.Runs;

/// <summary>Numbers in requests to the API that mean nothing: each is refused in a sentence, and no run is entered.</summary>
public sealed class RunApiNumberTests(RunApiNumberTests.Api api) : IClassFixture<RunApiNumberTests.Api>
{
    [Theory]
    [InlineData("""{ "parameters": { "learning-rate": "0,01" } }""", "Learning rate")]
    [InlineData("""{ "parameters": { "learning-rate": "1,000" } }""", "Learning rate")]
    [InlineData("""{ "parameters": { "learning-rate": "" } }""", "Learning rate")]
    [InlineData("""{ "parameters": { "learning-rate": "NaN" } }""", "Learning rate")]
    [InlineData("""{ "parameters": { "learning-rate": "٠٫٠١" } }""", "Learning rate")]
    [InlineData("""{ "parameters": { "learning-rate": -1 } }""", "Learning rate")]
    [InlineData("""{ "parameters": { "learning-rate": 1e400 } }""", "")]
    [InlineData("""{ "parameters": { "learning-rate": true } }""", "Learning rate")]
    [InlineData("""{ "parameters": { "learning-rate": null } }""", "")]
    [InlineData("""{ "parameters": { "learning-rate": [0.1] } }""", "")]
    [InlineData("""{ "parameters": { "epochs": 1.5 } }""", "Epochs")]
    [InlineData("""{ "parameters": { "epochs": 1e12 } }""", "Epochs")]
    [InlineData("""{ "parameters": { "epochs": "1.000" } }""", "Epochs")]
    [InlineData("""{ "parameters": { "nothing": 1 } }""", "nothing")]
    [InlineData("""{ "seed": 2147483648 }""", "")]
    [InlineData("""{ "seed": 1.5 }""", "")]
    [InlineData("""{ "seed": "1" }""", "")]
    [InlineData("""{ "labelSets": [null] }""", "")]
    [InlineData("""{ "repeats": 0 }""", "")]
    [InlineData("""{ "repeats": 1000000 }""", "")]
    [InlineData("""{ "folds": 1 }""", "")]
    [InlineData("""{ "folds": -2 }""", "")]
    [InlineData("""{ "folds": 1000000 }""", "")]
    [InlineData("""{ "datasetVersion": 0 }""", "")]
    [InlineData("""{ "datasetVersion": 2147483647 }""", "")]
    public Task Number_ThatMeansNothing_IsRefused(string change, string named) => IsRefusedAsync(change, named);

    [Theory]
    [InlineData("""{ "name": "learning-rate", "low": "0,01", "high": 1 }""", "")]
    [InlineData("""{ "name": "learning-rate", "low": "NaN", "high": 1 }""", "Learning rate")]
    [InlineData("""{ "name": "learning-rate", "low": 0.1, "high": "Infinity" }""", "Learning rate")]
    [InlineData("""{ "name": "learning-rate", "low": 1e400, "high": 1 }""", "")]
    [InlineData("""{ "name": "learning-rate", "low": 0.1, "high": 0.01 }""", "Learning rate")]
    [InlineData("""{ "name": "learning-rate", "low": 0.1, "high": 0.1 }""", "Learning rate")]
    [InlineData("""{ "name": "learning-rate", "low": -1, "high": 0.1 }""", "Learning rate")]
    [InlineData("""{ "name": "learning-rate" }""", "Learning rate")]
    [InlineData("""{ "name": "batch-size", "low": 1.5, "high": 8 }""", "Batch size")]
    [InlineData("""{ "name": "batch-size", "low": 1, "high": 1e15 }""", "Batch size")]
    [InlineData("""{ "name": "nothing", "low": 1, "high": 2 }""", "nothing")]
    [InlineData("""{ "low": 1, "high": 2 }""", "")]
    [InlineData("null", "")]
    public Task Range_ThatMeansNothing_IsRefused(string range, string named) =>
        IsRefusedAsync($$"""{ "search": { "trials": 3, "successiveHalving": false, "ranges": [{{range}}] } }""", named);

    [Theory]
    [InlineData("1")]
    [InlineData("-3")]
    [InlineData("1000000")]
    [InlineData("2.5")]
    [InlineData("\"3\"")]
    [InlineData("null")]
    public Task Trials_OfASearch_ThatMeanNothing_AreRefused(string trials) =>
        IsRefusedAsync(
            $$"""
            { "search": { "trials": {{trials}}, "successiveHalving": false,
              "ranges": [{ "name": "learning-rate", "low": 0.01, "high": 0.1 }] } }
            """,
            ""
        );

    [Theory]
    [InlineData("""{ "parameters": { "learning-rate": 0.01, "epochs": 2 }, "seed": 3 }""")]
    [InlineData(
        """{ "search": { "trials": 3, "successiveHalving": false, "ranges": [{ "name": "learning-rate", "low": 0.01, "high": 0.1 }] } }"""
    )]
    public async Task Number_WithAMeaning_IsTaken(string change)
    {
        (HttpStatusCode status, string answer) = await api.PostAsync(change);

        Assert.True(status == HttpStatusCode.Created, answer);
    }

    private async Task IsRefusedAsync(string change, string named)
    {
        int runs = api.CountRuns();

        (HttpStatusCode status, string answer) = await api.PostAsync(change);

        Assert.True(status == HttpStatusCode.BadRequest, $"{status}: {answer}");
        string detail = JsonDocument.Parse(answer).RootElement.GetProperty("detail").GetString()!;
        Assert.Contains(named, detail, StringComparison.Ordinal);
        Assert.EndsWith(".", detail, StringComparison.Ordinal);
        // No names of types.
        Assert.DoesNotContain("BlazorTransfer.", detail, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", detail, StringComparison.Ordinal);
        Assert.Equal(runs, api.CountRuns());
    }

    /// <summary>One application for all of them.</summary>
    public sealed class Api : IAsyncLifetime
    {
        private readonly TestApp _app = new(null, ("RequestLimitFactor", "1000"));
        private ClaimsPrincipal _ada = null!;
        private Project _project = null!;
        private Dataset _dataset = null!;
        private HttpClient _client = null!;

        public async ValueTask InitializeAsync()
        {
            _ada = await _app.PrincipalAsync(await _app.CreateUserAsync("Ada"));
            (_project, _dataset) = await _app.CreateProjectWithDataAsync(_ada);
            _client = await _app.SignInAsync("Ada");
        }

        public ValueTask DisposeAsync()
        {
            _client.Dispose();
            _app.Dispose();
            return ValueTask.CompletedTask;
        }

        public int CountRuns() => _app.Get<RunService>().List(_ada, _project.Id).Count;

        public async Task<(HttpStatusCode Status, string Answer)> PostAsync(string change)
        {
            var request = new JsonObject
            {
                ["datasetId"] = _dataset.Id,
                ["datasetVersion"] = 1,
                ["backbone"] = "fake",
                ["method"] = "fake-method",
            };
            // As text, since what is sent need not be valid for any parser of numbers.
            string body = request.ToJsonString().TrimEnd('}') + "," + change.Trim().TrimStart('{');
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using HttpResponseMessage answer = await _client.PostAsync($"/api/v1/projects/{_project.Id}/runs", content);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
    }
}

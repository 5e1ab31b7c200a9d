using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BlazorTransfer.Reliability;

/// <summary>A signed-in user who calls the API. The application may be restarted meanwhile: the session lives in a cookie.</summary>
internal sealed partial class ApiSession : IDisposable
{
    public const string Password = "a long enough password";
    private readonly HttpClient _client;

    private ApiSession(string baseUrl, HttpClient client) => (BaseUrl, _client) = (baseUrl, client);

    public string BaseUrl { get; }

    /// <summary>The cookie of the session, as <c>name=value</c>.</summary>
    public string Cookie { get; private init; } = "";

    /// <summary>Creates the first account and signs it in.</summary>
    public static async Task<ApiSession> SetUpAsync(WebAppProcess app)
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.BaseUrl) };
        string page = await client.GetStringAsync("/setup");
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string>
            {
                ["_handler"] = "setup",
                ["__RequestVerificationToken"] = Token().Match(page).Groups[1].Value,
                ["Input.Code"] = app.SetupCode,
                ["Input.UserName"] = "Ada",
                ["Input.Password"] = Password,
            }
        );
        using HttpResponseMessage answer = await client.PostAsync("/setup", form);
        if (answer.StatusCode != HttpStatusCode.Redirect)
            throw new InvalidOperationException($"The account could not be created: {answer.StatusCode}.");
        string cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("blazortransfer=", StringComparison.Ordinal));
        return WithCookie(app.BaseUrl, cookie.Split(';')[0]);
    }

    public static ApiSession WithCookie(string baseUrl, string cookie)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(baseUrl),
            Timeout = TimeSpan.FromMinutes(10),
        };
        client.DefaultRequestHeaders.Add("Cookie", cookie);
        return new ApiSession(baseUrl, client) { Cookie = cookie };
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancel = default)
    {
        using HttpResponseMessage answer = await _client.GetAsync(path, cancel);
        return await ReadAsync(answer, cancel);
    }

    public Task<string> GetTextAsync(string path, CancellationToken cancel = default) => _client.GetStringAsync(path, cancel);

    public async Task<JsonElement> PostAsync(string path, object? body, CancellationToken cancel = default)
    {
        using HttpResponseMessage answer = await _client.PostAsJsonAsync(path, body, cancel);
        return await ReadAsync(answer, cancel);
    }

    public async Task<JsonElement> PostAsync(string path, HttpContent content, CancellationToken cancel = default)
    {
        using HttpResponseMessage answer = await _client.PostAsync(path, content, cancel);
        return await ReadAsync(answer, cancel);
    }

    /// <summary>Posts a form, as the browser does when a page is closed.</summary>
    public async Task PostFormAsync(string path, string name, string value)
    {
        using var form = new MultipartFormDataContent { { new StringContent(value), name } };
        using HttpResponseMessage answer = await _client.PostAsync(path, form);
        answer.EnsureSuccessStatusCode();
    }

    public async Task<string> CreateProjectAsync(string name, CancellationToken cancel = default) =>
        (await PostAsync("/api/v1/projects", new { name }, cancel)).GetProperty("id").GetString()!;

    /// <summary>Uploads images by class folder, and returns the ids of the import and of its data set.</summary>
    public async Task<(string Import, string Dataset)> UploadAsync(
        string projectId,
        string name,
        byte[] zip,
        CancellationToken cancel = default
    )
    {
        using var content = new ByteArrayContent(zip);
        JsonElement accepted = await PostAsync(
            $"/api/v1/projects/{projectId}/datasets/uploads?name={Uri.EscapeDataString(name)}",
            content,
            cancel
        );
        return (accepted.GetProperty("importId").GetString()!, accepted.GetProperty("datasetId").GetString()!);
    }

    /// <summary>Uploads images and returns the data set once it is there.</summary>
    public async Task<string> ImportAsync(string projectId, string name, byte[] zip)
    {
        (string import, string dataset) = await UploadAsync(projectId, name, zip);
        await WaitForJobAsync(projectId, import);
        return dataset;
    }

    /// <summary>Returns when a job has succeeded.</summary>
    public async Task WaitForJobAsync(string projectId, string jobId)
    {
        while (true)
        {
            JsonElement job = await GetAsync($"/api/v1/projects/{projectId}/jobs/{jobId}");
            switch (job.GetProperty("state").GetString())
            {
                case "succeeded":
                    return;
                case "failed" or "cancelled":
                    throw new InvalidOperationException($"The job failed: {job}");
            }

            await Task.Delay(100);
        }
    }

    public Task<JsonElement> SubmitRunAsync(string projectId, object request, CancellationToken cancel = default) =>
        PostAsync($"/api/v1/projects/{projectId}/runs", request, cancel);

    public async Task<IReadOnlyList<JsonElement>> ListAsync(string path, CancellationToken cancel = default) =>
        [.. (await GetAsync(path, cancel)).EnumerateArray()];

    public void Dispose() => _client.Dispose();

    /// <summary>Packs files into a zip.</summary>
    public static byte[] Zip(IEnumerable<(string Name, byte[] Content)> files)
    {
        var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in files)
            {
                using Stream entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(content);
            }
        }

        return packed.ToArray();
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        string text = await answer.Content.ReadAsStringAsync(cancel);
        if (!answer.IsSuccessStatusCode)
            throw new RequestRefusedException(answer.StatusCode, text);
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}

/// <summary>The application answered with something else than success.</summary>
internal sealed class RequestRefusedException(HttpStatusCode status, string text) : Exception($"{(int)status}: {text}")
{
    public HttpStatusCode Status => status;
}

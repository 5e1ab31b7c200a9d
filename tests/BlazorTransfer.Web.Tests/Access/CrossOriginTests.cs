using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>Real connections, as a page of another site opens them with the cookie of a signed-in user.</summary>
public sealed class CrossOriginTests : IDisposable
{
    private readonly TestApp _app = TestApp.Listening();

    public void Dispose() => _app.Dispose();

    private Uri Server => _app.Address;

    [Fact]
    public async Task R51_WebSocketFromAnotherOrigin_IsRefusedByEveryMappedEndpoint()
    {
        string cookie = await _app.SignInCookieAsync("Ada");
        string[] paths =
        [
            .. _app.Get<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Select(e => "/" + Regex.Replace(e.RoutePattern.RawText ?? "", @"\{[^}]*\}", TestApp.Nobody).TrimStart('/'))
                .Distinct(),
        ];
        Assert.Contains("/hubs/runs", paths);
        string[] foreign =
        [
            $"Origin: http://{Server.Host}:1",
            "Origin: http://elsewhere.example",
            "Origin: null",
            "Origin: no address",
            $"Origin: {Own}\r\nOrigin: http://elsewhere.example",
            "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: websocket",
            "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document",
            $"Origin: {Own}\r\nSec-Fetch-Site: cross-site",
        ];

        foreach (string path in paths)
        {
            foreach (string headers in foreign)
            {
                int status = await OpenSocketAsync(path, cookie, headers);
                Assert.True(status == StatusCodes.Status403Forbidden, $"{path} with {headers}: {status}");
            }
        }
    }

    [Fact]
    public async Task R51_WebSocketFromTheOwnPageOrFromAProgram_IsOpenedByEveryHub()
    {
        string cookie = await _app.SignInCookieAsync("Ada");
        string[] hubs =
        [
            .. _app.Get<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Where(e => e.Metadata.GetMetadata<HubMetadata>() is not null && e.Metadata.GetMetadata<NegotiateMetadata>() is null)
                .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/')),
        ];
        Assert.Contains("/hubs/runs", hubs);
        Assert.Contains("/_blazor", hubs);

        foreach (string path in hubs)
        {
            string[] own = [$"Origin: {Own}\r\nSec-Fetch-Site: same-origin", $"Origin: {Own}", "X-Program: yes"];
            foreach (string headers in own)
                Assert.Equal(StatusCodes.Status101SwitchingProtocols, await OpenSocketAsync(path, cookie, headers));
            Assert.Contains(
                await OpenSocketAsync(path, "none=1", own[0]),
                new[] { StatusCodes.Status302Found, StatusCodes.Status401Unauthorized }
            );
        }
    }

    [Theory]
    [InlineData("GET", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document", 200)]
    [InlineData("GET", "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document", 200)]
    [InlineData("GET", "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image", 403)]
    [InlineData("GET", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe", 403)]
    [InlineData("POST", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document", 403)]
    public async Task Request_FromAnotherSite_MayOnlyFollowALink(string method, string headers, int expected)
    {
        string cookie = await _app.SignInCookieAsync("Ada");

        Assert.Equal(expected, await SendAsync($"{method} /account HTTP/1.1", cookie, headers));
    }

    private string Own => $"http://{Server.Authority}";

    private Task<int> OpenSocketAsync(string path, string cookie, string headers) =>
        SendAsync(
            $"GET {path} HTTP/1.1",
            cookie,
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + $"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{headers}"
        );

    /// <returns>The status of the answer.</returns>
    private async Task<int> SendAsync(string requestLine, string cookie, string headers)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(Server.Host, Server.Port);
        NetworkStream stream = connection.GetStream();
        string request = $"{requestLine}\r\nHost: {Server.Authority}\r\nContent-Length: 0\r\nCookie: {cookie}\r\n{headers}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        string status = await reader.ReadLineAsync() ?? "HTTP/1.1 0 closed";
        return int.Parse(status.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}

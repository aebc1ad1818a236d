using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>The processes of the tests, and the calls that they make.</summary>
public sealed partial class ClientCredentialsTests
{
    private static Task<(ServerProcess Process, HttpClient Client)> StartAsync(
        TemporaryFolder folder,
        string url,
        string issuer,
        params string[] more
    ) =>
        SampleProcess.StartHostAsync(
            folder.Path,
            new() { ["Notify__ApiKey"] = Operator },
            [
                "--urls",
                url,
                "--Notify:TokenServer:Issuer",
                issuer,
                "--Notify:KeyCacheDuration=00:00:01",
                "--Logging:LogLevel:Default=Debug",
                "--Logging:LogLevel:Microsoft=Debug",
                .. more,
            ]
        );

    private async Task<(string Id, string Secret)> CreateAsync(string scopes, HttpClient? client = null)
    {
        var list = string.Join(',', scopes.Split(' ').Select(scope => $"\"{scope}\""));
        var answer = await CallAsync("POST", "/v1/clients", $$"""{"name":"orders","scopes":[{{list}}]}""", client);
        var issued = JsonElement.Parse(answer);
        Assert.Matches("^nk_client_[0-9A-Za-z]{71}$", issued.Text("secret"));
        return (issued.GetProperty("client").Text("id")!, issued.Text("secret")!);
    }

    private async Task<string> GetTokenAsync(string id, string secret, HttpClient? client = null)
    {
        using var response = await RequestAsync(client ?? cluster.Gateway, id, secret, null, inHeader: false);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonElement.Parse(body).Text("access_token")!;
    }

    private static async Task<HttpResponseMessage> RequestAsync(
        HttpClient client,
        string id,
        string secret,
        string? scope,
        bool inHeader
    )
    {
        var form = Form(id, secret, scope);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/connect/token");
        if (inHeader)
        {
            form.Remove("client_id");
            form.Remove("client_secret");
            var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        }

        request.Content = new FormUrlEncodedContent(form);
        return await client.SendAsync(request);
    }

    private static Dictionary<string, string> Form(
        string id,
        string secret,
        string? scope = null,
        string grant = "client_credentials"
    )
    {
        var form = new Dictionary<string, string> { ["client_id"] = id, ["client_secret"] = secret };
        if (grant.Length > 0)
            form["grant_type"] = grant;
        if (scope is not null)
            form["scope"] = scope;
        return form;
    }

    /// <summary>Makes a call of the operator for the tenant acme that must succeed.</summary>
    private async Task<string> CallAsync(string method, string path, string? json, HttpClient? client = null)
    {
        using var response = await SendAsync(client ?? cluster.Gateway, Operator, method, path, json, "acme");
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {response.StatusCode} {body}");
        return body;
    }

    private static async Task<HttpStatusCode> AskAsync(
        HttpClient client,
        string token,
        string method,
        string path,
        string? json = null,
        string? tenant = null
    )
    {
        using var response = await SendAsync(client, token, method, path, json, tenant);
        return response.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        string token,
        string method,
        string path,
        string? json,
        string? tenant
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Headers = { Authorization = new("Bearer", token) },
        };
        if (tenant is not null)
            request.Headers.Add("X-Notify-Tenant", tenant);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        return await client.SendAsync(request);
    }

    /// <summary>Three processes over one file: a gateway, the role auth, and the roles notifications and devices.</summary>
    public sealed class Cluster : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();
        private readonly List<ServerProcess> _processes = [];

        /// <summary>The issuer of tokens, with a slash at its end, as in tokens.</summary>
        public string Issuer { get; } = $"http://127.0.0.1:{FreePort.Next()}/";

        public string Database => _folder.File("notify.db");

        public string Output => string.Concat(_processes.Select(process => process.Output));

        public HttpClient Gateway { get; private set; } = null!;

        public HttpClient Verifier { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var auth = $"http://127.0.0.1:{FreePort.Next()}";
            var other = $"http://127.0.0.1:{FreePort.Next()}";
            // The process that verifies starts before there is any key.
            Verifier = await StartAsync(other, "--Notify:Roles=notifications devices");
            await StartAsync(auth, "--Notify:Roles=auth");
            Gateway = await StartAsync(
                Issuer.TrimEnd('/'),
                "--Notify:Roles=gateway",
                $"--Notify:Gateway:Authentication={auth}",
                $"--Notify:Gateway:Notifications={other}",
                $"--Notify:Gateway:Devices={other}"
            );
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var process in _processes)
                await process.DisposeAsync();
            _folder.Dispose();
        }

        private async Task<HttpClient> StartAsync(string url, params string[] more)
        {
            var (process, client) = await ClientCredentialsTests.StartAsync(_folder, url, Issuer, more);
            _processes.Add(process);
            return client;
        }
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>A reference host with the server for the Model Context Protocol.</summary>
public sealed class AssistantHost : IAsyncLifetime
{
    private const string AdminKey = "the-key-of-the-operator";

    private readonly TemporaryFolder _folder = new();
    private ServerProcess? _process;

    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        (_process, Http) = await SampleProcess.StartHostAsync(
            _folder.Path,
            null,
            $"--Notify:ApiKey={AdminKey}",
            "--Notify:Mcp:Enabled=true"
        );
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
        _folder.Dispose();
    }

    public async Task<string> CreateKeyAsync(string tenant, params string[] scopes)
    {
        var issued = await SendAsync(HttpMethod.Post, "/v1/api-keys", tenant, new { name = "assistant", scopes });
        return issued.GetProperty("secret").GetString()!;
    }

    /// <summary>Makes a call of the HTTP API as the operator.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, string tenant, object body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("X-Notify-Tenant", tenant);
        using var response = (await Http.SendAsync(request)).EnsureSuccessStatusCode();
        return response.StatusCode == HttpStatusCode.NoContent || response.Content.Headers.ContentLength == 0
            ? default
            : await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public Task<McpClient> ConnectAsync(string key, params (string Name, string Value)[] headers)
    {
        var options = new HttpClientTransportOptions
        {
            Endpoint = new Uri(Http.BaseAddress!, "/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string>(
                headers.Select(header => KeyValuePair.Create(header.Name, header.Value))
            )
            {
                ["Authorization"] = $"Bearer {key}",
            },
        };
        return McpClient.CreateAsync(new HttpClientTransport(options));
    }
}

/// <summary>The tools for assistants are bound to the key, the scopes and the tenant of the caller.</summary>
public sealed class AssistantTests(AssistantHost host) : IClassFixture<AssistantHost>
{
    private static readonly string[] ReadTools =
    [
        "get_notification",
        "get_user",
        "list_dead_letters",
        "list_notifications",
        "preview_template",
    ];

    private readonly string _tenant = $"t-{Guid.NewGuid():N}";

    [Fact]
    public async Task An_assistant_sends_and_looks_into_what_it_sent()
    {
        await using var client = await host.ConnectAsync(await host.CreateKeyAsync(_tenant, "send", "read"));
        await host.SendAsync(
            HttpMethod.Put,
            "/v1/users/ada",
            _tenant,
            new { addresses = new { email = "ada@example.org" }, locale = "sv" }
        );
        await host.SendAsync(
            HttpMethod.Put,
            "/v1/templates/hello",
            _tenant,
            new { variants = new[] { new { body = "Hi {{ name }}" } } }
        );

        var tools = await client.ListToolsAsync();
        var sent = await CallAsync(
            client,
            "send_notification",
            new()
            {
                ["users"] = (string[])["ada"],
                ["template"] = "hello",
                ["data"] = new { name = "Ada" },
                ["reference"] = "order/1",
            }
        );
        var id = sent.GetProperty("id").GetGuid();
        JsonElement found = default;
        await Eventually.TrueAsync(
            async () =>
            {
                found = await CallAsync(client, "get_notification", new() { ["id"] = id });
                return found.GetProperty("status").GetString() == "completed";
            },
            "the notification to be sent"
        );
        var listed = await CallAsync(client, "list_notifications", new() { ["reference"] = "order/1", ["status"] = "completed" });
        var letters = await CallAsync(client, "list_dead_letters", []);
        var preview = await CallAsync(client, "preview_template", new() { ["name"] = "hello", ["data"] = new { name = "Bo" } });
        var user = await CallAsync(client, "get_user", new() { ["id"] = "ada" });

        Assert.Equal([.. ReadTools, "send_notification"], tools.Select(tool => tool.Name).Order(StringComparer.Ordinal));
        var delivery = found.GetProperty("deliveries")[0];
        Assert.Equal(
            ("ada", "email", "sent"),
            (
                delivery.GetProperty("user").GetString(),
                delivery.GetProperty("channel").GetString(),
                delivery.GetProperty("attempts")[0].GetProperty("outcome").GetString()
            )
        );
        Assert.Equal(id, listed.GetProperty("items")[0].GetProperty("id").GetGuid());
        Assert.Equal(0, letters.GetProperty("items").GetArrayLength());
        Assert.Contains("Hi Bo", preview.ToString(), StringComparison.Ordinal);
        Assert.Equal("email", user.GetProperty("addresses")[0].GetString());
        Assert.DoesNotContain("ada@example.org", $"{found}{listed}{user}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_without_a_scope_neither_sees_nor_calls_its_tools()
    {
        await using var reader = await host.ConnectAsync(await host.CreateKeyAsync(_tenant, "read"));
        await using var sender = await host.ConnectAsync(await host.CreateKeyAsync(_tenant, "send"));
        Dictionary<string, object?> mail = new() { ["emails"] = (string[])["ada@example.org"], ["title"] = "Hi" };

        Assert.Equal(ReadTools, (await reader.ListToolsAsync()).Select(tool => tool.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["send_notification"], (await sender.ListToolsAsync()).Select(tool => tool.Name));
        await Assert.ThrowsAnyAsync<McpException>(async () => await reader.CallToolAsync("send_notification", mail));
        await Assert.ThrowsAnyAsync<McpException>(async () => await sender.CallToolAsync("list_notifications"));
        Assert.Equal(0, (await CallAsync(reader, "list_notifications", [])).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Another_tenant_has_nothing_of_it()
    {
        await using var own = await host.ConnectAsync(await host.CreateKeyAsync(_tenant, "send", "read"));
        var key = await host.CreateKeyAsync($"{_tenant}-other", "send", "read");
        await using var other = await host.ConnectAsync(key);
        await host.SendAsync(HttpMethod.Put, "/v1/users/ada", _tenant, new { locale = "sv" });
        await host.SendAsync(HttpMethod.Put, "/v1/templates/hello", _tenant, new { variants = new[] { new { body = "Hi" } } });
        Dictionary<string, object?> mail = new() { ["emails"] = (string[])["ada@example.org"], ["title"] = "Hi" };

        var id = (await CallAsync(own, "send_notification", mail)).GetProperty("id").GetGuid();

        Assert.Equal(0, (await CallAsync(other, "list_notifications", [])).GetProperty("items").GetArrayLength());
        foreach (
            var (tool, argument, value) in ((string, string, object)[])
                [("get_notification", "id", id), ("get_user", "id", "ada"), ("preview_template", "name", "hello")]
        )
        {
            var refused = await other.CallToolAsync(tool, new Dictionary<string, object?> { [argument] = value });
            Assert.True(refused.IsError);
            Assert.Contains("does not exist", GetText(refused), StringComparison.Ordinal);
        }

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => host.ConnectAsync(key, ("X-Notify-Tenant", _tenant)));
    }

    [Fact]
    public async Task Errors_name_the_fields_of_the_call()
    {
        await using var client = await host.ConnectAsync(await host.CreateKeyAsync(_tenant, "send", "read"));

        var refused = await client.CallToolAsync(
            "send_notification",
            new Dictionary<string, object?> { ["emails"] = (string[])["no address"], ["channels"] = (string[])["email"] }
        );
        var unreadable = await client.CallToolAsync("get_notification", new Dictionary<string, object?> { ["id"] = "no id" });

        Assert.True(refused.IsError);
        Assert.Contains("to[0]: ", GetText(refused), StringComparison.Ordinal);
        Assert.Contains("content: ", GetText(refused), StringComparison.Ordinal);
        Assert.True(unreadable.IsError);
        Assert.Contains("schema of the tool", GetText(unreadable), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_needs_a_valid_key()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp") { Content = JsonContent.Create(new { }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "ntfy_another-key");

        using var response = await host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task The_server_is_off_by_default()
    {
        using var folder = new TemporaryFolder();
        var (process, client) = await SampleProcess.StartHostAsync(folder.Path);
        await using var running = process;

        using var response = await client.PostAsJsonAsync("/mcp", new { });

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static async Task<JsonElement> CallAsync(McpClient client, string tool, Dictionary<string, object?> arguments)
    {
        var result = await client.CallToolAsync(tool, arguments);
        Assert.False(result.IsError ?? false, GetText(result));
        return JsonElement.Parse(JsonSerializer.Serialize(result.StructuredContent));
    }

    private static string GetText(CallToolResult result) =>
        string.Join('\n', result.Content.OfType<TextContentBlock>().Select(block => block.Text));
}

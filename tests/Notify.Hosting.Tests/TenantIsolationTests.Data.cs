using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Notify.Testing;

namespace Notify.Hosting.Tests;

/// <summary>Creates the data of tenants, and reads everything that a tenant can read.</summary>
public sealed partial class TenantIsolationTests
{
    private async Task<string> CreateKeyAsync(string tenant)
    {
        var keys = _app.Services.GetRequiredService<IApiKeys>();
        var issued = await keys.CreateAsync(
            new ApiKeyDraft
            {
                Tenant = tenant,
                Name = tenant,
                Scopes = ApiScope.Send | ApiScope.Read | ApiScope.Manage | ApiScope.Admin,
            }
        );
        return issued.Secret;
    }

    /// <summary>
    /// Creates data of every kind. All tenants use the same names for some of it, and their own names for the rest.
    /// </summary>
    private async Task FillAsync(string key, string name)
    {
        foreach (var id in (string[])["ada", $"user-{name}"])
        {
            await AskAsync(key, "PUT", $"/v1/users/{id}", $$$"""{"addresses":{"email":"{{{name}}}@example.org"}}""");
            await AskAsync(key, "PUT", $"/v1/users/{id}/devices/phone", $$"""{"platform":"android","token":"token-{{name}}"}""");
            await AskAsync(key, "POST", "/v1/topics/news/subscribers", $$"""{"users":["{{id}}"]}""");
            await AskAsync(key, "POST", $"/v1/topics/topic-{name}/subscribers", $$"""{"users":["{{id}}"]}""");
        }

        foreach (var template in (string[])["order", $"template-{name}"])
            await AskAsync(key, "PUT", $"/v1/templates/{template}", $$"""{"variants":[{"body":"{{name}}"}]}""");
        await TriggerAsync(key, name);
        await AskAsync(key, "POST", "/v1/notifications", """{"to":{"topic":"news"},"content":{"body":"News"}}""");
        await AskAsync(key, "POST", "/v1/api-keys", $$"""{"name":"key-{{name}}","scopes":["read"]}""");

        // What later features store is created from the examples of their bodies.
        foreach (var operation in _document.Operations.Where(operation => operation.Method is "POST" or "PUT" or "PATCH"))
        {
            if (operation.Body is not null && !operation.Path.StartsWith("/v1/users", StringComparison.Ordinal))
                await AskAsync(key, operation, $"item-{name}");
        }
    }

    private Task TriggerAsync(string key, string name) =>
        AskAsync(
            key,
            "POST",
            "/v1/notifications",
            $$$"""
            {
              "to": [{"user": "ada"}, {"email": "{{{name}}}@example.org"}],
              "content": {"title": "For {{{name}}}", "body": "{{{name}}}"},
              "reference": "ref-{{{name}}}",
              "tags": ["tag-{{{name}}}"],
              "idempotencyKey": "key-{{{name}}}"
            }
            """
        );

    /// <summary>Reads everything that a tenant can read, once nothing changes any more.</summary>
    private async Task<Dictionary<string, (HttpStatusCode Status, string Body)>> SettleAsync(string key)
    {
        Dictionary<string, (HttpStatusCode Status, string Body)> last = [];
        await Eventually.TrueAsync(
            async () =>
            {
                var read = await ReadAllAsync(key, await FindPathsAsync(key));
                var isSettled =
                    read.Count == last.Count
                    && read.All(answer => last.TryGetValue(answer.Key, out var before) && before == answer.Value)
                    && !read.Values.Any(answer => Unsettled().IsMatch(answer.Body));
                if (!isSettled) File.AppendAllText("/tmp/keys/settle.txt", string.Join("\n", read.Where(a => !last.TryGetValue(a.Key, out var b) || b != a.Value || Unsettled().IsMatch(a.Value.Body)).Select(a => a.Key + " " + a.Value)) + "\n----\n");
                last = read;
                return isSettled;
            },
            "the deliveries of the tenant"
        );
        return last;
    }

    private async Task<Dictionary<string, (HttpStatusCode Status, string Body)>> ReadAllAsync(
        string key,
        IEnumerable<string> paths
    )
    {
        var answers = new Dictionary<string, (HttpStatusCode Status, string Body)>(StringComparer.Ordinal);
        foreach (var path in paths)
            answers[path] = await AskAsync(key, "GET", path);
        return answers;
    }

    /// <summary>Finds the paths of all operations that read, with the IDs that the lists of the tenant contain.</summary>
    private async Task<List<string>> FindPathsAsync(string key)
    {
        var paths = new List<string>();
        var operations = _document
            .Operations.Where(operation => operation.Method == "GET" && IsTenants(operation))
            .OrderBy(operation => operation.Path.Count(character => character == '{'));
        foreach (var pattern in operations.Select(operation => operation.Path))
            paths.AddRange(await ExpandAsync(key, pattern));
        return paths;
    }

    private async Task<IReadOnlyList<string>> ExpandAsync(string key, string pattern)
    {
        var parameter = Parameter().Match(pattern);
        if (!parameter.Success)
            return [pattern];

        var list = await AskAsync(key, "GET", pattern[..parameter.Index].TrimEnd('/'));
        var found = new List<string>();
        foreach (var id in list.Status == HttpStatusCode.OK ? FindIds(list.Body) : [])
            found.AddRange(
                await ExpandAsync(key, pattern[..parameter.Index] + id + pattern[(parameter.Index + parameter.Length)..])
            );
        return found;
    }

    private static bool IsTenants(OpenApiOperation operation) =>
        operation.Value.GetProperty("security").GetArrayLength() > 0
        && operation.Path.StartsWith("/v1/", StringComparison.Ordinal)
        && operation.Value.GetProperty("responses").TryGetProperty("200", out var response)
        && response.TryGetProperty("content", out var content)
        && !content.TryGetProperty("text/event-stream", out _);

    private static IEnumerable<string> FindIds(Dictionary<string, (HttpStatusCode Status, string Body)> answers) =>
        answers.Values.Where(answer => answer.Status == HttpStatusCode.OK).SelectMany(answer => FindIds(answer.Body)).Distinct();

    private static IEnumerable<string> FindIds(string list)
    {
        var json = JsonElement.Parse(list);
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("items", out var items))
            return [];
        return items
            .EnumerateArray()
            .Where(item => item.ValueKind == JsonValueKind.Object)
            .Select(item => item.Text("id") ?? item.Text("name") ?? item.Text("topic"))
            .OfType<string>();
    }

    private Task<(HttpStatusCode Status, string Body)> AskAsync(string key, OpenApiOperation operation, string id)
    {
        var path = Parameter().Replace(operation.Path, id);
        var body = operation.Body is null ? null : operation.BodyExample.GetRawText();
        return AskAsync(key, operation.Method, path, body);
    }

    private async Task<(HttpStatusCode Status, string Body)> AskAsync(string key, string method, string path, string? json = null)
    {
        File.AppendAllText("/tmp/keys/asks.txt", $"{DateTime.Now:mm:ss.fff} {method} {path}\n");
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Headers = { Authorization = new("Bearer", key) },
            Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"),
        };
        using var response = await _app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        // A stream has no end.
        return response.Content.Headers.ContentType?.MediaType == "text/event-stream"
            ? (response.StatusCode, "")
            : (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    // Two answers at different times differ in their times, and each new thing has its own ID, secret and version.
    private static string Normalize(string body, string id) =>
        Varying().Replace(body.Replace(id, "ID", StringComparison.Ordinal), "VARYING");

    [GeneratedRegex("\\{([A-Za-z]+)\\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("\"(status|state)\":\"(pending|inFlight|scheduled|inProgress|queued|running)\"")]
    private static partial Regex Unsettled();

    [GeneratedRegex("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+(Z|[+-]\\d\\d:\\d\\d)|nk_[a-z]+_[0-9A-Za-z]+")]
    private static partial Regex Varying();
}

using System.Collections.Concurrent;
using System.Net.Http.Json;
using Notify.Engines;

namespace Notify.Load.Upgrades;

/// <summary>Stores data at one host, and reads it and lists at another.</summary>
internal sealed class MixedReads : IDisposable
{
    private readonly HttpClient _client = new() { DefaultRequestHeaders = { Authorization = new("Bearer", HostCluster.Key) } };
    private int _number;

    /// <summary>The number of reads that returned what was stored, and of lists that contained something.</summary>
    public int Count { get; private set; }

    public ConcurrentQueue<string> Errors { get; } = new();

    public async Task ExchangeAsync(Uri writer, Uri reader)
    {
        var name = $"exchanged-{_number++}";
        await ExchangeAsync(
            writer,
            reader,
            $"/v1/users/{name}",
            new { locale = "sv", addresses = new { email = $"{name}@example.net" } },
            $"{name}@example.net"
        );
        await ExchangeAsync(
            writer,
            reader,
            $"/v1/users/{name}/devices/web-1",
            new { platform = "web", token = $"token-of-{name}" },
            "web-1",
            $"/v1/users/{name}/devices"
        );
        await ExchangeAsync(
            writer,
            reader,
            $"/v1/users/{name}/preferences",
            new
            {
                items = new[]
                {
                    new
                    {
                        channel = "email",
                        category = name,
                        status = "optedOut",
                    },
                },
            },
            name
        );
        await ExchangeAsync(
            writer,
            reader,
            $"/v1/templates/{name}",
            new { variants = new[] { new { body = $"{name} {{{{number}}}}" } } },
            $"{name} "
        );
        await ReadAsync(reader, "/v1/notifications?limit=50", "\"id\":");
        await ReadAsync(reader, "/v1/templates", name);
        await ReadAsync(reader, "/v1/api-keys", "\"items\":");
        await ReadAsync(reader, "/v1/dead-letters", "\"items\":");
        await ReadAsync(reader, "/v1/audit", name);
    }

    public void Dispose() => _client.Dispose();

    private async Task ExchangeAsync(Uri writer, Uri reader, string path, object body, string expected, string? read = null)
    {
        var method = path.EndsWith("/preferences", StringComparison.Ordinal) ? HttpMethod.Patch : HttpMethod.Put;
        using var request = new HttpRequestMessage(method, new Uri(writer, path)) { Content = JsonContent.Create(body) };
        using var stored = await _client.SendAsync(request);
        if (!stored.IsSuccessStatusCode)
        {
            Errors.Enqueue($"{method} {path}: {stored.StatusCode} {await stored.Content.ReadAsStringAsync()}");
            return;
        }

        await ReadAsync(reader, read ?? path, expected);
    }

    private async Task ReadAsync(Uri reader, string path, string expected)
    {
        using var answer = await _client.GetAsync(new Uri(reader, path));
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.IsSuccessStatusCode && text.Contains(expected, StringComparison.Ordinal))
            Count++;
        else
            Errors.Enqueue($"GET {path}: {answer.StatusCode} {text}");
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Notify.Engines;
using Notify.Testing;

namespace Notify.Host.Tests.Cluster;

/// <summary>Kills each process of a cluster in turn while clients send.</summary>
public sealed class KilledProcessTests(PostgreSqlServer postgres, SharedKafkaCluster kafka)
{
    private const int Clients = 4;

    private static readonly HttpStatusCode[] Retriable =
    [
        HttpStatusCode.BadGateway,
        HttpStatusCode.ServiceUnavailable,
        HttpStatusCode.GatewayTimeout,
    ];

    /// <summary>The notification that each idempotency key was answered with.</summary>
    private readonly ConcurrentDictionary<string, string> _accepted = new();

    private volatile bool _isDone;

    [Fact]
    public async Task Killing_any_process_loses_nothing_and_clients_see_only_errors_to_repeat()
    {
        await using var cluster = await ClusterProcesses.StartAsync(postgres, kafka);
        Task[] sending = [.. Enumerable.Range(0, Clients).Select(client => SendAsync(cluster, client)), ReadAsync(cluster)];

        foreach (var name in ClusterProcesses.All)
        {
            await Task.WhenAny([MoreAcceptedAsync(20), .. sending]);
            await cluster.KillAsync(name);
            await cluster.StartAsync(name);
        }

        await Task.WhenAny([MoreAcceptedAsync(20), .. sending]);
        _isDone = true;
        await Task.WhenAll(sending);

        using var client = cluster.CreateClient();
        await Eventually.TrueAsync(async () => await CountAsync(client, "inProgress") == 0, "everything to be sent");
        Assert.Equal(_accepted.Count, await CountAsync(client, "completed"));
        Assert.Equal(_accepted.Count, _accepted.Values.Distinct().Count());
        // The keys still lead to the same notifications.
        foreach (var (key, id) in _accepted.Take(20))
            Assert.Equal(id, await PostAsync(client, key));
    }

    private async Task SendAsync(ClusterProcesses cluster, int number)
    {
        using var client = cluster.CreateClient();
        for (var i = 0; !_isDone; i++)
        {
            var key = $"client-{number}-{i}";
            string? id;
            do
                id = await PostAsync(client, key);
            while (id is null);
            Assert.True(_accepted.TryAdd(key, id));
        }
    }

    private async Task ReadAsync(ClusterProcesses cluster)
    {
        using var client = cluster.CreateClient();
        while (!_isDone)
        {
            foreach (var path in new[] { "/v1/users", "/v1/analytics/deliveries", "/v1/notifications?limit=1" })
                await AskAsync(client, () => new HttpRequestMessage(HttpMethod.Get, path), HttpStatusCode.OK);
        }
    }

    private async Task MoreAcceptedAsync(int count)
    {
        var before = _accepted.Count;
        await Eventually.TrueAsync(() => _accepted.Count >= before + count, "more notifications to be accepted");
    }

    /// <summary>Triggers a notification. Returns null if the call has to be repeated.</summary>
    private static async Task<string?> PostAsync(HttpClient client, string key)
    {
        var body = await AskAsync(
            client,
            () =>
                new HttpRequestMessage(HttpMethod.Post, "/v1/notifications")
                {
                    Headers = { { "Idempotency-Key", key } },
                    Content = JsonContent.Create(new { to = new { email = $"{key}@example.org" }, content = new { body = "Text" } }),
                },
            HttpStatusCode.Accepted
        );
        return body?.GetProperty("id").GetString();
    }

    /// <summary>Returns the answer, or null after an error that a client may repeat. Any other error fails the test.</summary>
    private static async Task<JsonElement?> AskAsync(HttpClient client, Func<HttpRequestMessage> create, HttpStatusCode expected)
    {
        try
        {
            using var request = create();
            using var answer = await client.SendAsync(request);
            if (answer.StatusCode == expected)
                return await answer.Content.ReadFromJsonAsync<JsonElement>();

            Assert.Contains(answer.StatusCode, Retriable);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
        catch (HttpRequestException)
        {
            // The gateway itself was killed: the connection was refused or reset.
        }

        await Task.Delay(20);
        return null;
    }

    private static async Task<int> CountAsync(HttpClient client, string status)
    {
        var (count, next) = (0, (string?)$"/v1/notifications?status={status}&limit=200");
        while (next is not null)
        {
            var page = await client.GetFromJsonAsync<JsonElement>(next);
            count += page.GetProperty("items").GetArrayLength();
            next = page.TryGetProperty("next", out var link) ? link.GetString() : null;
        }

        return count;
    }
}

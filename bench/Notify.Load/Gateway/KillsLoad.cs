using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Notify.Engines;
using Notify.TestSupport;

namespace Notify.Load.Gateway;

/// <summary>Clients of a gateway that repeat a call with the same idempotency key until it is accepted.</summary>
internal sealed class KillsLoad(HostCluster cluster, TimeSpan pause)
{
    private static readonly HttpStatusCode[] Repeatable =
    [
        HttpStatusCode.BadGateway,
        HttpStatusCode.ServiceUnavailable,
        HttpStatusCode.GatewayTimeout,
    ];

    private static readonly string[] Readings = ["/v1/users", "/v1/analytics/deliveries", "/v1/notifications?limit=1"];

    /// <summary>The notification that each idempotency key led to.</summary>
    private readonly ConcurrentDictionary<string, string> _accepted = new();

    private volatile bool _isDone;
    private int _repeated;

    public int Accepted => _accepted.Count;

    public int Notifications => _accepted.Values.Distinct().Count();

    public int Repeated => Volatile.Read(ref _repeated);

    /// <summary>Answers that a client could neither use nor repeat.</summary>
    public ConcurrentQueue<string> OtherErrors { get; } = new();

    public void End() => _isDone = true;

    public async Task SendAsync(int number)
    {
        using var client = cluster.CreateClient();
        for (var i = 0; !_isDone; i++)
        {
            var key = $"client-{number}-{i}";
            string? id;
            do id = await PostAsync(client, key);
            while (id is null);
            _accepted[key] = id;
            await Task.Delay(pause);
        }
    }

    /// <summary>Calls the other roles.</summary>
    public async Task ReadAsync()
    {
        using var client = cluster.CreateClient();
        while (!_isDone)
        {
            foreach (var path in Readings)
                await AskAsync(client, () => new HttpRequestMessage(HttpMethod.Get, path), HttpStatusCode.OK);
            await Task.Delay(pause);
        }
    }

    public async Task WaitForMoreAsync(int count)
    {
        var before = Accepted;
        await Eventually.TrueAsync(() => Accepted >= before + count || !OtherErrors.IsEmpty, "more notifications to be accepted");
    }

    /// <summary>Waits until everything has ended, and returns the number of notifications that were sent.</summary>
    public async Task<int> SettleAsync()
    {
        using var client = cluster.CreateClient();
        await Eventually.TrueAsync(async () => await CountAsync(client, "inProgress") == 0, "everything to be sent");
        // The keys still lead to the same notifications.
        foreach (var (key, id) in _accepted.Take(100))
        {
            if (await PostAsync(client, key) is { } again && again != id)
                OtherErrors.Enqueue($"The key {key} led to {id} and then to {again}.");
        }

        return await CountAsync(client, "completed");
    }

    /// <summary>Triggers a notification. Returns null if the call has to be repeated.</summary>
    private async Task<string?> PostAsync(HttpClient client, string key)
    {
        var body = await AskAsync(
            client,
            () =>
                new HttpRequestMessage(HttpMethod.Post, "/v1/notifications")
                {
                    Headers = { { "Idempotency-Key", key } },
                    Content = JsonContent.Create(
                        new { to = new { email = $"{key}@example.org" }, content = new { body = "Text" } }
                    ),
                },
            HttpStatusCode.Accepted
        );
        return body?.GetProperty("id").GetString();
    }

    /// <summary>Returns the answer, or null after an error that a client may repeat.</summary>
    private async Task<JsonElement?> AskAsync(HttpClient client, Func<HttpRequestMessage> create, HttpStatusCode expected)
    {
        try
        {
            using var request = create();
            using var answer = await client.SendAsync(request);
            if (answer.StatusCode == expected)
                return await answer.Content.ReadFromJsonAsync<JsonElement>();

            if (
                !Repeatable.Contains(answer.StatusCode)
                || answer.Content.Headers.ContentType?.MediaType != "application/problem+json"
            )
                OtherErrors.Enqueue($"{request.Method} {request.RequestUri}: {answer.StatusCode}");
        }
        catch (HttpRequestException)
        {
            // The gateway itself was killed, or an answer broke off.
        }

        Interlocked.Increment(ref _repeated);
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

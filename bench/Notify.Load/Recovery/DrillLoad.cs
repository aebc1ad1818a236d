using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Notify.Engines;
using Notify.TestSupport;

namespace Notify.Load.Recovery;

/// <summary>A trigger that was acknowledged.</summary>
/// <param name="Id">The notification that it led to.</param>
/// <param name="Begun">The timestamp at which a client first sent it.</param>
/// <param name="At">The timestamp of the acknowledgement.</param>
internal readonly record struct Acknowledgement(Guid Id, long Begun, long At);

/// <summary>
/// Clients of the active region. Each repeats a trigger under the same idempotency key until it is acknowledged, and finds the
/// region anew each time, as a client does that resolves a name.
/// </summary>
internal sealed class DrillLoad(Func<Uri> findActive, TimeSpan pause) : IDisposable
{
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _client = new()
    {
        Timeout = TimeSpan.FromSeconds(10),
        DefaultRequestHeaders = { Authorization = new("Bearer", HostCluster.Key) },
    };

    private readonly ConcurrentDictionary<string, Acknowledgement> _acknowledged = new(StringComparer.Ordinal);
    private volatile bool _isDone;
    private volatile bool _isAbandoned;

    public IReadOnlyDictionary<string, Acknowledgement> Acknowledged => _acknowledged;

    /// <summary>Answers that a client could neither use nor repeat.</summary>
    public ConcurrentQueue<string> OtherErrors { get; } = new();

    public static string GetAddress(string key) => $"{key}@example.org";

    /// <summary>Lets each client finish its last trigger.</summary>
    public void End() => _isDone = true;

    /// <summary>Ends without the triggers that were not acknowledged, which may never be after a failure.</summary>
    public void Abandon() => _isDone = _isAbandoned = true;

    public async Task SendAsync(int client)
    {
        for (var number = 0; !_isDone; number++)
        {
            await TriggerAsync($"client-{client}-{number}");
            await Task.Delay(pause);
        }
    }

    /// <summary>Triggers until the trigger is acknowledged.</summary>
    public async Task TriggerAsync(string key)
    {
        var begun = Stopwatch.GetTimestamp();
        Guid? id;
        while ((id = await TryTriggerAsync(key)) is null)
        {
            if (_isAbandoned)
                return;
            await Task.Delay(RepeatAfter);
        }

        _acknowledged[key] = new Acknowledgement(id.Value, begun, Stopwatch.GetTimestamp());
    }

    public async Task WaitForMoreAsync(int count, Func<bool> isOver)
    {
        var before = _acknowledged.Count;
        await Eventually.TrueAsync(
            () => _acknowledged.Count >= before + count || !OtherErrors.IsEmpty || isOver(),
            "more notifications to be accepted"
        );
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Returns null if the trigger has to be repeated.</summary>
    private async Task<Guid?> TryTriggerAsync(string key)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(findActive(), "/v1/notifications"))
            {
                Headers = { { "Idempotency-Key", key } },
                Content = JsonContent.Create(new { to = new { email = GetAddress(key) }, content = new { body = "Text" } }),
            };
            using var answer = await _client.SendAsync(request);
            if (answer.StatusCode == HttpStatusCode.Accepted)
                return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
            var text = await answer.Content.ReadAsStringAsync();
            // An earlier call with the key, whose answer was lost, may still be running: then this one is repeated as well.
            var isInUse = text.Contains(ProblemCodes.IdempotencyKeyInUse, StringComparison.Ordinal);
            if (answer.StatusCode < HttpStatusCode.InternalServerError && !isInUse)
                OtherErrors.Enqueue($"{key}: {answer.StatusCode} {text}");
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            // The region is lost, or a process of it was.
        }

        return null;
    }
}

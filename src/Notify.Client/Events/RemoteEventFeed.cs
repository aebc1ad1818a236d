using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Notify.Client.Calls;

namespace Notify.Client.Events;

/// <summary>
/// The events of a service. A stream that breaks off, for example because a process of the service stops, is opened again behind
/// the last event.
/// </summary>
internal sealed class RemoteEventFeed(ServiceCalls service) : IEventFeed
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // The feed of this application has no events; those of the service are watched, whatever this application knows.
    public bool IsWatched => false;

    public bool Wants(string type) => false;

    public void Publish(NotifyEvent happened) { }

    public async IAsyncEnumerable<WatchedEvent> WatchAsync(
        EventWatch watch,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(watch);
        if (watch.Types.FirstOrDefault(type => !NotifyEventTypes.IsPattern(type)) is { } wrong)
            throw new ArgumentException($"'{wrong}' is not a pattern of types, such as delivery.*.", nameof(watch));

        for (var isFirst = true; ; isFirst = false)
        {
            var stream = new EventStreamReader(watch.After);
            using var response = await OpenAsync(watch, isFirst, cancellationToken).ConfigureAwait(false);
            await foreach (var watched in ReadAsync(stream, response, cancellationToken).ConfigureAwait(false))
            {
                watch = watch with { After = watched.Position };
                // The first item of a stream that is opened again is the position that the caller has.
                if (isFirst || watched.Event is not null || watched.HasMissed)
                    yield return watched;
            }

            await service.PauseAsync(Pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<HttpResponseMessage?> OpenAsync(EventWatch watch, bool isFirst, CancellationToken cancellationToken)
    {
        var path = CallPath.Create("v1/events").With("types", watch.Types.Count > 0 ? string.Join(',', watch.Types) : null);
        using var request = ServiceRequest.Get(path.ToString(), watch.Tenant).WithoutTimeout();
        if (watch.After is { } after)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", after.ToString());
        HttpResponseMessage? response = null;
        try
        {
            response = await service
                .SendAsync(request, cancellationToken, HttpCompletionOption.ResponseHeadersRead)
                .ConfigureAwait(false);
            await ServiceCalls.ThrowIfRefusedAsync(response, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch (Exception exception)
        {
            response?.Dispose();
            if (!isFirst && IsTransient(exception))
                return null;
            throw;
        }
    }

    private static async IAsyncEnumerable<WatchedEvent> ReadAsync(
        EventStreamReader reader,
        HttpResponseMessage? response,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (response is null)
            yield break;
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var items = SseParser.Create(body).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (items.ConfigureAwait(false))
        {
            while (await MoveNextAsync(items).ConfigureAwait(false))
            {
                if (reader.Read(items.Current) is { } watched)
                    yield return watched;
            }
        }
    }

    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<SseItem<string>> items)
    {
        try
        {
            return await items.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (IsTransient(exception))
        {
            return false;
        }
    }

    private static bool IsTransient(Exception exception) =>
        exception is HttpRequestException or IOException or NotifyServiceException { Status: 429 or >= 500 };
}

/// <summary>Reads the items of a stream.</summary>
internal sealed partial class EventStreamReader(Guid? after)
{
    private Guid? _position = after;
    private bool _hasBegun;
    private MissedAnswer? _missed;

    /// <summary>Reads an item.</summary>
    /// <returns>The item; null if it is a part of the next one.</returns>
    public WatchedEvent? Read(SseItem<string> item)
    {
        if (Guid.TryParse(item.EventId, out var position))
            _position = position;
        switch (item.EventType)
        {
            case "missed":
                _missed = JsonSerializer.Deserialize(item.Data, EventJson.Default.MissedAnswer);
                return _hasBegun ? CreatePosition() : null;
            case "ready":
                _hasBegun = true;
                return CreatePosition();
            default:
                var happened = NotifyEvent.Parse(System.Text.Encoding.UTF8.GetBytes(item.Data));
                _position = happened.Id;
                return new WatchedEvent { Event = happened, Position = happened.Id };
        }
    }

    private WatchedEvent CreatePosition()
    {
        var missed = _missed;
        _missed = null;
        return new WatchedEvent
        {
            Position = _position ?? Guid.Empty,
            HasMissed = missed is not null,
            Missed = missed?.Count,
        };
    }

    private sealed record MissedAnswer(long? Count);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(MissedAnswer))]
    private sealed partial class EventJson : JsonSerializerContext;
}

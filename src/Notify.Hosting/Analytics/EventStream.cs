using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Providers;

namespace Notify.Hosting.Analytics;

/// <summary>
/// <c>GET /v1/events</c>: streams a tenant's settlements as server-sent events. The first event is <c>ready</c>, followed by one
/// <c>message</c> per settlement, and <c>missed</c> if the caller was too slow.
/// </summary>
internal static class EventStream
{
    /// <summary>
    /// The serialized frame of each event, which all streams share. An entry is collected together with its event.
    /// </summary>
    private static readonly ConditionalWeakTable<DeliveryEvent, byte[]> Frames = [];

    public static void MapEvents(this RouteGroupBuilder group)
    {
        group.MapRead("/v1/events", Open).Describe(AnalyticsOperations.StreamEvents);
        group.MapOtherMethods("/v1/events", "GET, HEAD");
    }

    private static IResult Open(HttpContext context, IDeliveryFeed feed, IHostApplicationLifetime lifetime)
    {
        var tenant = RequestValues.GetTenant(context.Request);
        return LiveStream.Open(context, lifetime, ended => feed.WatchAsync(tenant, ended), Show);
    }

    private static IEnumerable<byte[]> Show(WatchedDelivery watched)
    {
        if (watched.Missed > 0)
            yield return LiveStream.Frame(
                string.Create(CultureInfo.InvariantCulture, $$"""{"count":{{watched.Missed}}}"""),
                "missed"
            );
        yield return Frames.GetValue(watched.Settled, Write);
    }

    private static byte[] Write(DeliveryEvent settled) =>
        LiveStream.Frame(JsonSerializer.Serialize(EventView.Create(settled), EventJson.Default.EventView));
}

internal sealed record EventView(
    Guid NotificationId,
    Guid DeliveryId,
    string? User,
    Channel Channel,
    string Provider,
    DeliveryState State,
    OutcomeKind? Outcome,
    string? Reason,
    DateTimeOffset SettledAt
)
{
    public static EventView Create(DeliveryEvent settled) =>
        new(
            settled.NotificationId,
            settled.DeliveryId,
            settled.UserId,
            settled.Channel,
            settled.Provider,
            settled.State,
            settled.Outcome,
            settled.Reason,
            settled.SettledAt
        );
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(EventView))]
internal sealed partial class EventJson : JsonSerializerContext;

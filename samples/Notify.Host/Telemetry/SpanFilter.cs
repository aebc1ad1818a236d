using System.Diagnostics;
using OpenTelemetry;

namespace Notify.Host.Telemetry;

/// <summary>
/// Drops spans that do not belong to a request, and removes paths and servers from the others. Paths of the API contain user ids
/// and unsubscribe tokens, and those of vendors contain push tokens and webhook addresses.
/// </summary>
internal sealed class SpanFilter : BaseProcessor<Activity>
{
    /// <summary>The attributes of OpenTelemetry's conventions for HTTP that can contain an address, a token or an id.</summary>
    private static readonly string[] SensitiveTags =
    [
        "url.full",
        "url.path",
        "url.query",
        "server.address",
        "server.port",
        "network.peer.address",
        "network.peer.port",
        "client.address",
        "user_agent.original",
    ];

    public override void OnEnd(Activity activity)
    {
        if (IsProbe(activity) || IsPoll(activity))
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        else if (activity.Source.Name is "Microsoft.AspNetCore" or "System.Net.Http")
            Hide(activity);
    }

    private static void Hide(Activity activity)
    {
        foreach (var name in SensitiveTags)
            activity.SetTag(name, null);
    }

    private static bool IsProbe(Activity activity) =>
        activity.GetTagItem("http.route") is string route
        && (route.Contains("/health/", StringComparison.Ordinal) || route.EndsWith("/metrics", StringComparison.Ordinal));

    // Workers poll the queue several times per second, independently of any request.
    private static bool IsPoll(Activity activity) =>
        activity.Source.Name != NotifyTelemetry.Name && activity.Kind == ActivityKind.Client && activity.ParentSpanId == default;
}

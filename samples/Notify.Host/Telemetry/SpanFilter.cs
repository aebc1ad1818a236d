using System.Diagnostics;
using Notify.Telemetry;
using OpenTelemetry;

namespace Notify.Host.Telemetry;

/// <summary>
/// Exports only spans that belong to a request, without the paths and servers that they called: paths of the API contain
/// users and unsubscribe tokens, and those of vendors contain push tokens and webhook addresses.
/// </summary>
internal sealed class SpanFilter : BaseProcessor<Activity>
{
    /// <summary>The attributes of OpenTelemetry's conventions for HTTP that can contain an address, a token or an id.</summary>
    private static readonly string[] Revealing =
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
        if (IsProbe(activity) || IsLookingForWork(activity))
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        else if (activity.Source.Name is "Microsoft.AspNetCore" or "System.Net.Http")
            Hide(activity);
    }

    private static void Hide(Activity activity)
    {
        foreach (var name in Revealing)
            activity.SetTag(name, null);
    }

    private static bool IsProbe(Activity activity) =>
        activity.GetTagItem("http.route") is string route
        && (route.Contains("/health/", StringComparison.Ordinal) || route.EndsWith("/metrics", StringComparison.Ordinal));

    // A worker looks into the queue several times a second, for no request.
    private static bool IsLookingForWork(Activity activity) =>
        activity.Source.Name != NotifyTelemetry.Name && activity.Kind == ActivityKind.Client && activity.ParentSpanId == default;
}

using System.Diagnostics;
using Notify.Telemetry;
using OpenTelemetry;

namespace Notify.Host.Telemetry;

/// <summary>
/// Lets out of this process only spans that belong to somebody's request, and of them nothing but what is known to tell neither whom
/// a message goes to nor what it says: the paths of URLs hold user ids, and tokens that unsubscribe them.
/// </summary>
internal sealed class SpanFilter : BaseProcessor<Activity>
{
    private static readonly string[] Told = ["notify.", "db.", "http.", "error.type", "network.protocol."];

    public override void OnEnd(Activity activity)
    {
        if (IsRoutine(activity))
        {
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            return;
        }

        foreach (var (name, _) in activity.TagObjects.ToArray())
        {
            if (!Told.Any(told => name.StartsWith(told, StringComparison.Ordinal)))
                activity.SetTag(name, null);
        }
    }

    // A worker looks into the queue several times a second, and so does an orchestrator into the health endpoints.
    private static bool IsRoutine(Activity activity) =>
        activity.GetTagItem("http.route") is string route
            ? route.Contains("/health/", StringComparison.Ordinal) || route.EndsWith("/metrics", StringComparison.Ordinal)
            : activity is { Kind: ActivityKind.Client, ParentSpanId: var parent, Source.Name: not NotifyTelemetry.Name } && parent == default;
}

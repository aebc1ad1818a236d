using System.Diagnostics;
using Notify.Telemetry;
using OpenTelemetry;

namespace Notify.Host.Telemetry;

/// <summary>Lets out of this process only spans that belong to somebody's request, and not those of its own routine.</summary>
internal sealed class SpanFilter : BaseProcessor<Activity>
{
    public override void OnEnd(Activity activity)
    {
        if (IsProbe(activity) || IsLookingForWork(activity))
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }

    private static bool IsProbe(Activity activity) =>
        activity.GetTagItem("http.route") is string route
        && (route.Contains("/health/", StringComparison.Ordinal) || route.EndsWith("/metrics", StringComparison.Ordinal));

    // A worker looks into the queue several times a second, on nobody's behalf.
    private static bool IsLookingForWork(Activity activity) =>
        activity.Source.Name != NotifyTelemetry.Name && activity.Kind == ActivityKind.Client && activity.ParentSpanId == default;
}

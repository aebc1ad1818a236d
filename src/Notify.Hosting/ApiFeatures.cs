namespace Notify.Hosting;

/// <summary>
/// The parts of the HTTP API that a process serves. A single process serves all of them; in a cluster, each kind of process can
/// serve some. Each path belongs to exactly one feature, so a gateway can route by path. Every process also serves
/// <c>/health/live</c>, <c>/health/ready</c>, <c>/openapi/v1.json</c>, which describes what the process serves, and
/// <c>/v1/errors/{code}</c>.
/// </summary>
[Flags]
public enum ApiFeatures
{
    /// <summary>Only the endpoints that every process serves.</summary>
    None = 0,

    /// <summary>
    /// Notifications and what they need: <c>/v1/notifications</c>, <c>/v1/templates</c>, <c>/v1/workflows</c>,
    /// <c>/v1/dead-letters</c>, <c>/v1/receipts</c>, <c>/v1/callbacks</c>, <c>/v1/tracking</c>, <c>/v1/track</c>,
    /// <c>/v1/webhook-endpoints</c>, <c>/v1/event-subscriptions</c>, <c>/v1/providers</c>, <c>/v1/diagnostics</c>, and the page
    /// of captured messages.
    /// </summary>
    Notifications = 1,

    /// <summary>
    /// Users and how to reach them: <c>/v1/users</c> with their devices, preferences and inboxes, <c>/v1/inbox</c>,
    /// <c>/v1/topics</c>, <c>/v1/jobs</c>, <c>/v1/preferences</c> and <c>/v1/unsubscribe</c>.
    /// </summary>
    Devices = 2,

    /// <summary>Counts and the stream of events: <c>/v1/analytics</c> and <c>/v1/events</c>.</summary>
    Analytics = 4,

    /// <summary>
    /// Who may call the API and who did: <c>/v1/api-keys</c>, <c>/v1/clients</c>, <c>/v1/members</c> and <c>/v1/audit</c>.
    /// </summary>
    Authentication = 8,

    /// <summary>The complete API. The default.</summary>
    All = Notifications | Devices | Analytics | Authentication,
}

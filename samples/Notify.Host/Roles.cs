using Notify.Providers;

namespace Notify.Host;

/// <summary>
/// The roles of this process. <c>Notify:Roles</c> is <c>all</c> or a list of
/// <c>api processor delivery retry analytics batch</c>. Every process has health endpoints and metrics.
/// </summary>
internal sealed record Roles(Endpoints Endpoints, Workers Workers)
{
    private static readonly Dictionary<string, Roles> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["all"] = new(Endpoints.All, Workers.All),
        ["api"] = new(Endpoints.All, Workers.None),
        ["processor"] = new(Endpoints.Health, Workers.Expansion),
        ["delivery"] = new(Endpoints.Health, Workers.Delivery),
        ["retry"] = new(Endpoints.Health, Workers.Retry),
        ["analytics"] = new(Endpoints.Analytics, Workers.None),
        ["batch"] = new(Endpoints.Health, Workers.Digest | Workers.Retention),
    };

    /// <summary>Parses a list of roles that are separated by spaces or commas.</summary>
    /// <exception cref="InvalidOperationException">A role is unknown.</exception>
    public static Roles Parse(string? setting)
    {
        string[] names = (setting ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        return (names.Length == 0 ? ["all"] : names)
            .Select(GetRole)
            .Aggregate((left, right) => new Roles(left.Endpoints | right.Endpoints, left.Workers | right.Workers));
    }

    public RouteGroupBuilder Map(WebApplication app) =>
        Endpoints switch
        {
            Endpoints.All => app.MapNotifications(),
            Endpoints.Analytics => app.MapNotificationsAnalytics(),
            _ => app.MapNotificationsHealth(),
        };

    private static Roles GetRole(string name) =>
        Known.GetValueOrDefault(name)
        ?? throw new InvalidOperationException(
            $"The role '{name}' in Notify:Roles is unknown. Use one or more of {string.Join(", ", Known.Keys)}."
        );
}

/// <summary>The part of the HTTP API that a process serves. Every part includes the health endpoints and metrics.</summary>
[Flags]
internal enum Endpoints
{
    Health = 0,
    Analytics = 1,
    All = Analytics | 2,
}

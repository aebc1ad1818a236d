namespace Notify.Host;

/// <summary>
/// What this process is for: <c>Notify:Roles</c> is <c>all</c>, or some of <c>api processor delivery retry analytics batch</c>.
/// Every process has its health endpoints and its metrics.
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

    /// <exception cref="InvalidOperationException">There is no such role.</exception>
    public static Roles Parse(string? setting)
    {
        string[] names = (setting ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        return (names.Length == 0 ? ["all"] : names)
            .Select(Of)
            .Aggregate((one, other) => new Roles(one.Endpoints | other.Endpoints, one.Workers | other.Workers));
    }

    public RouteGroupBuilder Map(WebApplication app) =>
        Endpoints switch
        {
            Endpoints.All => app.MapNotifications(),
            Endpoints.Analytics => app.MapNotificationsAnalytics(),
            _ => app.MapNotificationsHealth(),
        };

    private static Roles Of(string name) =>
        Known.GetValueOrDefault(name)
        ?? throw new InvalidOperationException($"Notify:Roles names '{name}'; use some of {string.Join(", ", Known.Keys)}.");
}

/// <summary>Which part of the HTTP API a process answers. Every part has the health endpoints and the metrics.</summary>
[Flags]
internal enum Endpoints
{
    Health = 0,
    Analytics = 1,
    All = Analytics | 2,
}

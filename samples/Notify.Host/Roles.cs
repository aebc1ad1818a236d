using Notify.Hosting;

namespace Notify.Host;

/// <summary>
/// The roles of this process. <c>Notify:Roles</c> is <c>all</c> or a list of
/// <c>gateway auth notifications devices processor delivery retry analytics batch</c>; <c>api</c> stands for the first four.
/// Every process has its own health endpoints and metrics.
/// </summary>
internal sealed record Roles
{
    private const string Gateway = "gateway";

    private static readonly Role[] Known =
    [
        new(Gateway, ApiFeatures.None, Workers.None),
        new("auth", ApiFeatures.Authentication, Workers.None),
        new("notifications", ApiFeatures.Notifications, Workers.None),
        new("devices", ApiFeatures.Devices, Workers.None),
        new("processor", ApiFeatures.None, Workers.Expansion),
        new("delivery", ApiFeatures.None, Workers.Delivery),
        new("retry", ApiFeatures.None, Workers.Retry),
        new("analytics", ApiFeatures.Analytics, Workers.Analytics),
        new("batch", ApiFeatures.None, Workers.Digest | Workers.Retention | Workers.Jobs),
    ];

    private static readonly Dictionary<string, Role[]> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["all"] = Known,
        ["api"] = Known[..4],
    };

    private readonly Role[] _roles;

    private Roles(Role[] roles) => _roles = roles;

    /// <summary>Gets the names in a fixed order, separated by spaces.</summary>
    public string Names => string.Join(' ', _roles.Select(role => role.Name));

    /// <summary>Gets whether this process has every role.</summary>
    public bool AreAll => _roles.Length == Known.Length;

    /// <summary>Gets whether this process is the edge of the cluster.</summary>
    public bool IsGateway => _roles.Any(role => role.Name == Gateway);

    /// <summary>Gets the features of the API that the roles behind the gateway serve in this process.</summary>
    public ApiFeatures Features => _roles.Aggregate(ApiFeatures.None, (features, role) => features | role.Features);

    /// <summary>Gets the kinds of work that this process does.</summary>
    public Workers Workers => _roles.Aggregate(Workers.None, (workers, role) => workers | role.Workers);

    /// <summary>Parses a list of roles that are separated by spaces or commas.</summary>
    /// <exception cref="InvalidOperationException">A role is unknown.</exception>
    public static Roles Parse(string? setting)
    {
        string[] names = (setting ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        var roles = (names.Length == 0 ? ["all"] : names).SelectMany(GetRoles).ToHashSet();
        return new Roles([.. Known.Where(roles.Contains)]);
    }

    private static Role[] GetRoles(string name) =>
        Aliases.TryGetValue(name, out var roles) ? roles
        : Known.FirstOrDefault(role => role.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } role ? [role]
        : throw new InvalidOperationException(
            $"The role '{name}' in Notify:Roles is unknown. "
                + $"Use one or more of {string.Join(", ", Aliases.Keys.Concat(Known.Select(known => known.Name)))}."
        );

    /// <summary>One role.</summary>
    /// <param name="Name">The name in <c>Notify:Roles</c>.</param>
    /// <param name="Features">The features of the API that it serves.</param>
    /// <param name="Workers">The kinds of work that it does.</param>
    private sealed record Role(string Name, ApiFeatures Features, Workers Workers);
}

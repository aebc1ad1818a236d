namespace Notify.Host;

/// <summary>
/// What this process is for: <c>Notify:Roles</c> is <c>all</c>, or some of <c>api processor delivery retry batch</c>. Every process
/// has its health endpoints and its metrics.
/// </summary>
internal sealed record Roles(bool HasApi, Workers Workers)
{
    private static readonly Dictionary<string, Roles> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["all"] = new(HasApi: true, Workers.All),
        ["api"] = new(HasApi: true, Workers.None),
        ["processor"] = new(HasApi: false, Workers.Expansion),
        ["delivery"] = new(HasApi: false, Workers.Delivery),
        ["retry"] = new(HasApi: false, Workers.Retry),
        ["batch"] = new(HasApi: false, Workers.Digest | Workers.Retention),
    };

    /// <exception cref="InvalidOperationException">There is no such role.</exception>
    public static Roles Parse(string? setting)
    {
        string[] names = (setting ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        return (names.Length == 0 ? ["all"] : names).Select(Of).Aggregate((one, other) =>
            new Roles(one.HasApi || other.HasApi, one.Workers | other.Workers));
    }

    private static Roles Of(string name) =>
        Known.GetValueOrDefault(name)
        ?? throw new InvalidOperationException($"Notify:Roles names '{name}'; use some of {string.Join(", ", Known.Keys)}.");
}

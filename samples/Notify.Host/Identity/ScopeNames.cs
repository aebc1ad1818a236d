namespace Notify.Host.Identity;

/// <summary>The names of scopes in tokens.</summary>
internal static class ScopeNames
{
    private static readonly (string Name, ApiScope Scope)[] Known =
    [
        ("send", ApiScope.Send),
        ("read", ApiScope.Read),
        ("manage", ApiScope.Manage),
        ("admin", ApiScope.Admin),
        ("platform", ApiScope.Platform),
    ];

    /// <summary>Gets all names.</summary>
    public static string[] Names => [.. Known.Select(known => known.Name)];

    public static string[] Get(ApiScope scopes) =>
        [.. Known.Where(known => scopes.HasFlag(known.Scope)).Select(known => known.Name)];

    /// <summary>Parses names. The server has refused unknown ones.</summary>
    public static ApiScope Parse(IEnumerable<string> names) =>
        names.Aggregate(ApiScope.None, (scopes, name) => scopes | Array.Find(Known, known => known.Name == name).Scope);
}

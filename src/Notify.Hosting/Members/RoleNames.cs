using Notify.Core.Members;

namespace Notify.Hosting.Members;

/// <summary>The names of roles in JSON and tokens.</summary>
internal static class RoleNames
{
    public static IReadOnlyDictionary<string, MemberRole> All { get; } =
        new Dictionary<string, MemberRole>(StringComparer.Ordinal)
        {
            ["viewer"] = MemberRole.Viewer,
            ["sender"] = MemberRole.Sender,
            ["manager"] = MemberRole.Manager,
            ["admin"] = MemberRole.Admin,
        };

    public static string Get(MemberRole role) => All.First(known => known.Value == role).Key;

    /// <summary>Parses the roles of a token to their scopes. Unknown ones belong to other applications.</summary>
    public static ApiScope Parse(IEnumerable<string> names) =>
        names.Where(All.ContainsKey).Aggregate(ApiScope.None, (scopes, name) => scopes | MemberRules.GetScopes(All[name]));
}

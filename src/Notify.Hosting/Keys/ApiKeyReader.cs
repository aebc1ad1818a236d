using Notify.Hosting.Authentication;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Keys;

/// <summary>Reads API keys to create or rotate.</summary>
internal static class ApiKeyReader
{
    public static IReadOnlyDictionary<string, ApiKeyKind> Kinds { get; } =
        new Dictionary<string, ApiKeyKind>(StringComparer.Ordinal)
        {
            ["live"] = ApiKeyKind.Live,
            ["test"] = ApiKeyKind.Test,
            ["team"] = ApiKeyKind.Team,
        };

    public static ApiKeyDraft ReadDraft(JsonField body, string tenant)
    {
        var draft = new ApiKeyDraft
        {
            Tenant = tenant,
            Name = "",
            Scopes = ApiScope.None,
        };
        foreach (var field in body.Members())
        {
            switch (field.Name)
            {
                case "name":
                    draft = draft with { Name = field.Text() ?? "" };
                    break;
                case "scopes":
                    draft = draft with { Scopes = ReadScopes(field) };
                    break;
                case "kind":
                    draft = draft with { Kind = field.GetOne(Kinds) ?? ApiKeyKind.Live };
                    break;
                case "expiresAt":
                    draft = draft with { ExpiresAt = field.Time() };
                    break;
                default:
                    field.Unknown("name", "scopes", "kind", "expiresAt");
                    break;
            }
        }

        return draft;
    }

    public static TimeSpan? ReadOverlap(JsonField body)
    {
        TimeSpan? overlap = null;
        foreach (var field in body.Members())
        {
            if (field.Name == "overlap")
                overlap = field.Duration();
            else
                field.Unknown("overlap");
        }

        return overlap;
    }

    public static ApiScope ReadScopes(JsonField field)
    {
        var scopes = ApiScope.None;
        foreach (var item in field.Items())
        {
            if (item.GetOne(ScopeNames.All) is not { } scope)
                continue;
            if (scopes.HasFlag(scope))
                item.Wrong(FieldErrorCodes.Duplicate, "This scope occurs more than once.");
            scopes |= scope;
        }

        return scopes;
    }
}

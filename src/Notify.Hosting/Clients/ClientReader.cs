using Notify.Hosting.Keys;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Clients;

/// <summary>Reads clients to create.</summary>
internal static class ClientReader
{
    public static ApiClientDraft ReadDraft(JsonField body, string tenant)
    {
        var draft = new ApiClientDraft
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
                    draft = draft with { Scopes = ApiKeyReader.ReadScopes(field) };
                    break;
                case "expiresAt":
                    draft = draft with { ExpiresAt = field.Time() };
                    break;
                default:
                    field.Unknown("name", "scopes", "expiresAt");
                    break;
            }
        }

        return draft;
    }
}

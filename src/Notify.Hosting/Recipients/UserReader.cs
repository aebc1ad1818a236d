using Notify.Hosting.Requests;

namespace Notify.Hosting.Recipients;

/// <summary>Reads the profile of a user.</summary>
internal static class UserReader
{
    public static User Read(JsonField body, string tenant, string id)
    {
        var user = new User { Tenant = tenant, Id = id };
        foreach (var field in body.Members())
        {
            switch (field.Name)
            {
                case "addresses":
                    user = user with { Addresses = field.Texts() };
                    break;
                case "locale":
                    user = user with { Locale = field.Text() };
                    break;
                case "timeZone":
                    user = user with { TimeZone = field.Text() };
                    break;
                case "quietHours":
                    user = user with { QuietHours = ReadQuietHours(field) };
                    break;
                case "properties":
                    user = user with { Properties = field.Object() };
                    break;
                // GET shows these, so they may be sent back. The path and the header determine them.
                case "id":
                    CheckSame(field, id, "Must equal the id in the path.");
                    break;
                case "tenant":
                    CheckSame(field, tenant, $"Must equal the tenant in the header {RequestValues.TenantHeader}.");
                    break;
                case "preferences":
                    field.Wrong("Preferences are a separate resource. Use PATCH /v1/users/{id}/preferences.");
                    break;
                default:
                    field.Unknown("addresses", "locale", "timeZone", "quietHours", "properties");
                    break;
            }
        }

        return user;
    }

    private static QuietHours ReadQuietHours(JsonField quietHours)
    {
        var read = new QuietHours(default, default);
        var missing = new HashSet<string>(["from", "to"], StringComparer.Ordinal);
        foreach (var field in quietHours.Members())
        {
            missing.Remove(field.Name);
            switch (field.Name)
            {
                case "from":
                    read = read with { From = field.TimeOfDay() ?? default };
                    break;
                case "to":
                    read = read with { To = field.TimeOfDay() ?? default };
                    break;
                default:
                    field.Unknown("from", "to");
                    break;
            }
        }

        foreach (var name in quietHours.IsObject ? missing : [])
            quietHours.Missing(name, "quietHours.from and quietHours.to are required, such as 22:00 and 07:00.");
        return read;
    }

    private static void CheckSame(JsonField field, string expected, string message)
    {
        if (field.Text() is { } text && text != expected)
            field.Wrong(message);
    }
}

using Notify.Hosting.Requests;

namespace Notify.Hosting.Recipients;

/// <summary>Reads a user.</summary>
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
                case "preferences":
                    user = user with { Preferences = [.. field.Items().Select(ReadPreference)] };
                    break;
                default:
                    field.Unknown("addresses", "locale", "timeZone", "quietHours", "properties", "preferences");
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

    private static Preference ReadPreference(JsonField item)
    {
        var read = new Preference(null, null, Wanted: true);
        var hasWanted = false;
        foreach (var field in item.Members())
        {
            switch (field.Name)
            {
                case "category":
                    read = read with { Category = field.Text() };
                    break;
                case "channel":
                    read = read with { Channel = ChannelReader.Read(field) };
                    break;
                case "wanted":
                    (read, hasWanted) = (read with { Wanted = field.Flag() ?? default }, true);
                    break;
                default:
                    field.Unknown("category", "channel", "wanted");
                    break;
            }
        }

        if (item.IsObject && !hasWanted)
            item.Missing("wanted", "Required: true or false.");
        return read;
    }
}

using Notify.Hosting.Requests;

namespace Notify.Hosting.Jobs;

/// <summary>
/// Reads the lines of an import of devices. A line is a device with its id, its user and, if they are known, its times.
/// </summary>
internal static class DeviceLineReader
{
    private static readonly string[] Fields =
    [
        "userId",
        "id",
        "platform",
        "token",
        "app",
        "locale",
        "timeZone",
        "registeredAt",
        "lastSeenAt",
        "prunedAt",
        "pruneReason",
    ];

    private static readonly (string Name, string Message)[] Required =
    [
        ("userId", "Send the id of the user."),
        ("id", "Send the id of the device, which is unique per user."),
        ("platform", "Required: ios, android or web."),
        ("token", "Send the whole push token."),
    ];

    /// <summary>Gets the columns of a CSV file.</summary>
    public static CsvColumns Columns { get; } = new(Fields, [], json: []);

    public static Device Read(JsonField line, string tenant)
    {
        var missing = Required.ToDictionary(field => field.Name, field => field.Message, StringComparer.Ordinal);
        var device = new Device
        {
            Tenant = tenant,
            UserId = "",
            Id = "",
            Platform = default,
            Token = "",
        };
        foreach (var field in line.Members())
        {
            missing.Remove(field.Name);
            device = Read(field, device);
        }

        foreach (var (name, message) in line.IsObject ? missing : [])
            line.Missing(name, message);
        return device;
    }

    private static Device Read(JsonField field, Device device)
    {
        switch (field.Name)
        {
            case "userId":
                return device with { UserId = field.Text() ?? "" };
            case "id":
                return device with { Id = field.Text() ?? "" };
            case "platform":
                return device with { Platform = PlatformReader.Read(field) ?? default };
            case "token":
                return device with { Token = ReadToken(field) };
            case "app":
                return device with { App = field.Text() };
            case "locale":
                return device with { Locale = field.Text() };
            case "timeZone":
                return device with { TimeZone = field.Text() };
            case "registeredAt":
                return device with { RegisteredAt = field.Time() ?? default };
            case "lastSeenAt":
                return device with { LastSeenAt = field.Time() ?? default };
            case "prunedAt":
                return device with { PrunedAt = field.Time() };
            case "pruneReason":
                return device with { PruneReason = field.Text() };
            default:
                field.Unknown(Fields);
                return device;
        }
    }

    private static string ReadToken(JsonField field)
    {
        var token = field.Text() ?? "";
        if (PushToken.IsMasked(token))
            field.Wrong("This token is shortened, as GET shows it. Send the whole push token, as an export contains it.");
        return token;
    }
}

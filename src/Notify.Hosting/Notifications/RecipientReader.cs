using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary>Reads one recipient: <c>{"email": "..."}</c>, <c>{"pushToken": "...", "platform": "ios"}</c> and so on.</summary>
internal static class RecipientReader
{
    private const string Choices =
        "Set exactly one of user, topic, email, phone, webhook, pushToken with platform, or channel with address.";

    private static readonly string[] Names =
    [
        "user",
        "topic",
        "email",
        "phone",
        "webhook",
        "pushToken",
        "platform",
        "channel",
        "address",
    ];

    public static ReadRecipient Read(JsonField item)
    {
        var fields = new Dictionary<string, JsonField>(StringComparer.Ordinal);
        foreach (var field in item.Members())
        {
            if (Names.Contains(field.Name))
                fields.Add(field.Name, field);
            else
                field.Unknown(Names);
        }

        string[] kinds = [.. fields.Keys.Where(name => name is not ("platform" or "address"))];
        if (kinds is ["channel"] or [] && fields.ContainsKey("address"))
            return new ReadRecipient(ReadAddress(item, fields), item);
        if (kinds is not [var kind] || kind == "channel")
        {
            if (item.IsObject)
                item.Wrong(Choices);
            return new ReadRecipient(null, item);
        }

        return new ReadRecipient(ReadKind(item, fields[kind], fields), fields[kind]);
    }

    private static Recipient? ReadKind(JsonField item, JsonField field, Dictionary<string, JsonField> fields)
    {
        if (field.Name != "pushToken")
            Refuse(fields, "platform", "Only allowed with pushToken.");
        Refuse(fields, "address", "Only allowed with channel.");

        var platform = field.Name == "pushToken" ? ReadPlatform(item, fields) : null;
        if (field.Text() is not { } text)
            return null;

        return field.Name switch
        {
            "user" => Recipient.User(text),
            "topic" => Recipient.Topic(text),
            "email" => Recipient.Email(text),
            "phone" => Recipient.Phone(text),
            "webhook" => Recipient.Webhook(text),
            _ => platform is { } known ? Recipient.PushToken(text, known) : null,
        };
    }

    private static Platform? ReadPlatform(JsonField item, Dictionary<string, JsonField> fields)
    {
        if (fields.TryGetValue("platform", out var platform))
            return PlatformReader.Read(platform);

        item.Missing("platform", "Required with pushToken, such as ios, android or web.");
        return null;
    }

    private static Recipient? ReadAddress(JsonField item, Dictionary<string, JsonField> fields)
    {
        Refuse(fields, "platform", "Only allowed with pushToken.");
        var address = fields["address"].Text();
        if (!fields.TryGetValue("channel", out var channel))
        {
            item.Missing("channel", "Required with address.");
            return null;
        }

        return ChannelReader.Read(channel) is { } known && address is not null ? Recipient.Address(known, address) : null;
    }

    private static void Refuse(Dictionary<string, JsonField> fields, string name, string message)
    {
        if (fields.TryGetValue(name, out var field))
            field.Wrong(message);
    }
}

/// <summary>A recipient, or null if it was unreadable, and the field from which it was read.</summary>
internal readonly record struct ReadRecipient(Recipient? Recipient, JsonField Field);

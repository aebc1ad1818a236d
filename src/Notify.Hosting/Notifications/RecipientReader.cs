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
        "data",
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

        string[] kinds = [.. fields.Keys.Where(name => name is not ("platform" or "address" or "data"))];
        if (kinds is ["channel"] or [] && fields.ContainsKey("address"))
            return new ReadRecipient(WithData(ReadAddress(item, fields), fields), item, item);
        if (kinds is not [var kind] || kind == "channel")
        {
            if (item.IsObject)
                item.Wrong(Choices);
            return new ReadRecipient(null, item, item);
        }

        return new ReadRecipient(WithData(ReadKind(item, fields[kind], fields), fields), fields[kind], item);
    }

    private static Recipient? WithData(Recipient? recipient, Dictionary<string, JsonField> fields)
    {
        var data = fields.TryGetValue("data", out var field) ? field.Object() : null;
        return recipient is null || data is null ? recipient : recipient with { DataElement = data };
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

        item.Missing("platform", "Required with pushToken: ios, android or web.");
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
            field.Wrong(FieldErrorCodes.NotAllowed, message);
    }
}

/// <summary>
/// A recipient, or null if it was unreadable, the field from which it was read, and the object around that field.
/// </summary>
internal readonly record struct ReadRecipient(Recipient? Recipient, JsonField Field, JsonField Item);

using System.Text.Json;

namespace Notify.Client.Requests;

/// <summary>Writes recipients as the HTTP API reads them.</summary>
internal static class RecipientWriter
{
    /// <summary>
    /// The members that name a recipient. The service reports an error at such a member, and an application that embeds Notify
    /// at the recipient.
    /// </summary>
    public static readonly string[] Members = ["user", "topic", "email", "phone", "webhook", "pushToken", "address"];

    public static void Write(Utf8JsonWriter json, Recipient? recipient)
    {
        if (recipient is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        var (member, isAddress) = GetMember(recipient);
        if (isAddress)
            json.WriteString("channel", recipient.Channel!.Value.Name);
        json.WriteString(member, recipient.Value);
        if (recipient.Platform is { } platform)
            json.WriteString("platform", platform.Name);
        if (recipient.DataElement is { } data)
        {
            json.WritePropertyName("data");
            data.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static (string Member, bool IsAddress) GetMember(Recipient recipient)
    {
        if (recipient.Kind == RecipientKind.User)
            return ("user", false);
        if (recipient.Kind == RecipientKind.Topic)
            return ("topic", false);
        if (recipient.Channel == Channel.Email)
            return ("email", false);
        if (recipient.Channel == Channel.Sms)
            return ("phone", false);
        if (recipient.Channel == Channel.Webhook)
            return ("webhook", false);
        return recipient.Channel == Channel.Push ? ("pushToken", false) : ("address", true);
    }
}

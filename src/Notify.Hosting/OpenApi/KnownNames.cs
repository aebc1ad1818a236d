using System.Text.Json.Nodes;

namespace Notify.Hosting.OpenApi;

/// <summary>Creates the schemas of names to which providers and later versions add values.</summary>
internal static class KnownNames
{
    public static JsonObject Channel(string description = "A channel.") =>
        Schema.OpenName(
            description,
            [
                Notify.Channel.Push.Name,
                Notify.Channel.Sms.Name,
                Notify.Channel.Email.Name,
                Notify.Channel.Webhook.Name,
                Notify.Channel.Inbox.Name,
            ]
        );

    public static JsonObject Platform(string description = "The platform of a device.") =>
        Schema.OpenName(description, Notify.Platform.WellKnown.Select(platform => platform.Name));

    public static JsonObject ReceiptKind() =>
        Schema.OpenName("The kind of a receipt.", Notify.ReceiptKind.WellKnown.Select(kind => kind.Name));

    public static JsonObject PreferenceSource(string description = "What changed the preference.") =>
        Schema.Open(
            Schema.Text(description).Match("^[a-z][A-Za-z0-9]{0,31}$"),
            [
                Notify.PreferenceSource.Api.Name,
                Notify.PreferenceSource.UnsubscribeLink.Name,
                Notify.PreferenceSource.Reply.Name,
                Notify.PreferenceSource.Complaint.Name,
                Notify.PreferenceSource.PreferencePage.Name,
                Notify.PreferenceSource.Import.Name,
            ]
        );
}

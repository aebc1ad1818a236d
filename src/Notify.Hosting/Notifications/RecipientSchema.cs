using System.Text.Json.Nodes;
using Notify.Core.Validation;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Notifications;

/// <summary>The schema of what <see cref="RecipientReader"/> reads.</summary>
internal static class RecipientSchema
{
    public static JsonObject Refer(SchemaSet schemas) =>
        schemas.Refer("Recipient", () =>
            Schema.Either(
                "A recipient.",
                schemas.Refer("UserRecipient", () =>
                    Create(
                        "A user, over every channel for which there is an address.",
                        ("user", Name("The id of the user.", "ada"))
                    )
                ),
                schemas.Refer("TopicRecipient", () =>
                    Schema.Object("The subscribers of a topic.", ["topic"], ("topic", Name("The name of the topic.", "news")))
                ),
                schemas.Refer("EmailRecipient", () => Create("An email address.", ("email", Email("The email address.")))),
                schemas.Refer("PhoneRecipient", () => Create("A phone number, for SMS.", ("phone", Phone()))),
                schemas.Refer("WebhookRecipient", () =>
                    Create(
                        "A URL to which a signed message is posted.",
                        ("webhook", Schema.Formatted("uri", "The URL, with http or https.", "https://example.org/hook"))
                    )
                ),
                schemas.Refer("PushTokenRecipient", () =>
                    Create(
                        "A push token.",
                        ("pushToken", Address("The token.", "a-push-token")),
                        ("platform", KnownNames.Platform("The platform of the token."))
                    )
                ),
                schemas.Refer("AddressRecipient", () =>
                    Create(
                        "An address of any channel.",
                        ("channel", AddressChannel()),
                        ("address", Address("The address.", "ada@example.org"))
                    )
                )
            )
        );

    public static JsonObject Email(string description) =>
        Schema.Formatted("email", description, "ada@example.org", "grace@example.com").Limit(3, EmailAddress.MaxLength);

    // A push token needs its platform as well, and an inbox belongs to a user.
    private static JsonObject AddressChannel() =>
        Schema
            .OpenName(
                "The channel of the address, except push and inbox.",
                [Channel.Sms.Name, Channel.Email.Name, Channel.Webhook.Name]
            )
            .Match("^(?!(push|inbox)$)[a-z][a-z0-9-]{0,31}$");

    private static JsonObject Phone() =>
        Schema.Formatted("phone-number", "The number with its country code, in any spelling.", "+46701234567", "+1 201 555 0123");

    private static JsonObject Name(string description, string example) => Schema.Name(description, Names.MaxLength, example);

    private static JsonObject Address(string description, string example) =>
        Schema.Formatted("address", description, example).Limit(1, AddressFormat.MaxLength);

    private static JsonObject Create(string description, params ReadOnlySpan<(string Name, JsonObject Schema)> members)
    {
        string[] required = [.. members.ToArray().Select(member => member.Name)];
        return Schema.Object(description, required, [.. members, ("data", Data())]);
    }

    private static JsonObject Data() =>
        Schema.AnyObject("Replaces members of the data of the notification, for this recipient. Only with a template.");
}

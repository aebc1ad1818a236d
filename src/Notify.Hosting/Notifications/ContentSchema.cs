using System.Text.Json.Nodes;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Notifications;

/// <summary>The schema of what <see cref="ContentReader"/> and the readers that it calls read.</summary>
internal static class ContentSchema
{
    private const string MediaTypePattern = "^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+$";

    public static JsonObject Refer(SchemaSet schemas) =>
        schemas.Refer("Content", () =>
            Schema
                .Object(
                    "The content of a notification. At least one of title, body and html has a visible character, or push sets "
                        + "only a badge. An SMS needs a body, and an inbox item a title or a body.",
                    [],
                    (
                        "title",
                        Schema
                            .Text("The title, or the subject of an email.", "Your order has shipped")
                            .Match(@"^[^\r\n]*$")
                            .NotNull()
                    ),
                    ("body", Schema.Text("The plain text.", "Order 42 is on its way.").NotNull()),
                    ("html", Schema.Text("The HTML of an email.", "<p>Order 42 is on its way.</p>").NotNull()),
                    ("data", Schema.Map("What the app on the device gets.", Schema.Text("A value."))),
                    ("push", schemas.Refer("PushContent", CreatePush).NotNull()),
                    (
                        "overrides",
                        Schema.Map(
                            "Settings of vendors, by the name of the vendor. They are merged into what its provider sends.",
                            Schema.AnyObject("The settings.")
                        )
                    ),
                    ("attachments", Schema.List("The files of an email.", Attachment(schemas))),
                    ("email", schemas.Refer("EmailContent", () => CreateEmail(schemas))),
                    ("sms", schemas.Refer("SmsContent", CreateSms)),
                    ("inbox", schemas.Refer("InboxContentDraft", () => CreateInbox(schemas)))
                )
                .RequireAny("title", "body", "html", "push")
        );

    private static JsonObject CreatePush() =>
        Schema.Object(
            "How a push notification appears on the device.",
            [],
            (
                "imageUrl",
                Schema
                    .Formatted("uri", "The URL of an image, with http or https.", "https://example.org/a.png")
                    .Match("^https?://")
            ),
            ("link", Schema.Formatted("uri", "What a tap opens.", "https://example.org/orders/42")),
            ("sound", Schema.Text("The sound.", "default")),
            ("badge", Schema.Whole("The number on the icon of the app. 0 removes it.", 0)),
            ("action", Schema.Text("The action of a tap.", "OPEN_ORDER")),
            ("thread", Schema.Text("Groups notifications on the device.", "orders")),
            ("silent", Schema.Flag("Wakes the app and shows nothing."))
        );

    private static JsonObject CreateSms() =>
        Schema.Object(
            "What a text message carries besides its body.",
            [],
            (
                "from",
                Schema
                    .Text("The sender, which the provider's options must allow: a number, a short code, or a name.", "SHOP")
                    .Match("^(\\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11})$")
            )
        );

    private static JsonObject CreateInbox(SchemaSet schemas) =>
        Schema.Object(
            "What an inbox item carries besides its title, body and data.",
            [],
            ("url", InboxUrl("What opens when the user selects the item.", "/orders/42")),
            ("imageUrl", InboxUrl("The image beside the text.", "https://example.org/a.png")),
            (
                "actions",
                Schema.List(
                    "The buttons below the text.",
                    schemas.Refer("InboxActionDraft", () =>
                        Schema.Object(
                            "A button that opens a URL.",
                            ["label", "url"],
                            ("label", Schema.Name("The text on the button.", InboxAction.MaxLabelLength, "Track")),
                            ("url", InboxUrl("What the button opens.", "https://example.org/track/42"))
                        )
                    ),
                    max: InboxContent.MaxActions
                )
            )
        );

    private static JsonObject InboxUrl(string description, string example) =>
        Schema
            .Formatted(
                "uri-reference",
                $"{description} An absolute http or https URL, or a path that begins with one slash.",
                example
            )
            .Limit(1, InboxContent.MaxUrlLength)
            .Match(@"^(https?://|/(?![/\\]))");

    private static JsonObject Attachment(SchemaSet schemas) =>
        Schema.Either(
            "A file of an email: its bytes, or the URL from which the provider fetches it.",
            schemas.Refer("Attachment", CreateAttachment),
            schemas.Refer("AttachmentUrl", CreateAttachmentUrl)
        );

    private static JsonObject CreateAttachmentUrl() =>
        Schema.Object(
            "A file of an email that is fetched when the email is sent.",
            ["url"],
            ("url", Schema.Formatted("uri", "The URL, with https.", "https://example.org/invoices/42.pdf").Match("^https://")),
            ("fileName", FileName("The name without a path. By default the last part of the URL.")),
            (
                "mediaType",
                Schema.Text("The media type. By default that of the answer.", "application/pdf").Match(MediaTypePattern)
            )
        );

    private static JsonObject FileName(string description) =>
        Schema.Text(description, "invoice.pdf").Limit(1, int.MaxValue).Match(@"^[^/\\\u0000-\u001F\u007F-\u009F]+$");

    private static JsonObject CreateAttachment() =>
        Schema.Object(
            "A file of an email.",
            ["fileName", "mediaType", "base64"],
            ("fileName", FileName("The name without a path.")),
            ("mediaType", Schema.Text("The media type.", "application/pdf").Match(MediaTypePattern)),
            ("base64", Base64("The bytes."))
        );

    private static JsonObject CreateEmail(SchemaSet schemas)
    {
        var headers = Schema.Map(
            "Further headers. Names are printable ASCII characters without a colon, and not among those that Notify writes.",
            Schema
                .Text("A value without control characters and without white space around it.", "campaign-7")
                .Limit(1, EmailContent.MaxHeaderValueLength)
                .Match(@"^\S(?:[^\u0000-\u001F\u007F-\u009F\u2028\u2029]*\S)?$"),
            EmailContent.MaxHeaders
        );
        headers["propertyNames"] = new JsonObject
        {
            ["maxLength"] = EmailContent.MaxHeaderNameLength,
            ["pattern"] = "^[!-9;-~]+$",
        };
        return Schema.Object(
            $"What an email carries beside its texts. cc and bcc have at most {EmailContent.MaxCopies} mailboxes together.",
            [],
            ("from", schemas.Refer("Mailbox", () => CreateMailbox(schemas))),
            ("replyTo", Mailboxes(schemas, "Where replies go.", EmailContent.MaxReplyTo)),
            ("cc", Mailboxes(schemas, "Who gets a copy.", EmailContent.MaxCopies)),
            ("bcc", Mailboxes(schemas, "Who gets a hidden copy.", EmailContent.MaxCopies)),
            ("headers", headers),
            (
                "inlineImages",
                Schema.List(
                    "Images that the HTML refers to by cid: and their content id.",
                    schemas.Refer("InlineImage", CreateImage),
                    max: EmailContent.MaxInlineImages
                )
            )
        );
    }

    private static JsonObject Mailboxes(SchemaSet schemas, string description, int max) =>
        Schema.Either(
            $"{description} One mailbox, or a list of at most {max}.",
            schemas.Refer("Mailbox", () => CreateMailbox(schemas)),
            Schema.List("Several mailboxes.", schemas.Refer("Mailbox", () => CreateMailbox(schemas)), max: max)
        );

    private static JsonObject CreateMailbox(SchemaSet schemas) =>
        Schema.Either(
            "A mailbox: its address, or an object with address and name.",
            RecipientSchema.Email("The email address."),
            schemas.Refer("NamedMailbox", () =>
                Schema.Object(
                    "A mailbox with a name.",
                    ["address"],
                    ("address", RecipientSchema.Email("The email address.")),
                    (
                        "name",
                        Schema
                            .Text("The name.", "Ada Lovelace")
                            .Limit(0, Mailbox.MaxNameLength)
                            .Match(@"^[^\u0000-\u001F\u007F-\u009F]*$")
                    )
                )
            )
        );

    private static JsonObject CreateImage() =>
        Schema.Object(
            "An image in the HTML of an email.",
            ["contentId", "mediaType", "base64"],
            (
                "contentId",
                Schema
                    .Text("The content id.", "logo@example.org")
                    .Limit(1, InlineImage.MaxContentIdLength)
                    .Match("^[A-Za-z0-9._+@-]+$")
            ),
            ("mediaType", Schema.Text("The media type.", "image/png").Match("^image/[A-Za-z0-9!#$&^_.+-]{1,64}$")),
            ("base64", Base64($"The bytes, at most {EmailContent.MaxInlineImageBytes}."))
        );

    private static JsonObject Base64(string description)
    {
        var schema = Schema.Formatted("byte", description, "SGVsbG8=");
        schema["contentEncoding"] = "base64";
        return schema;
    }
}

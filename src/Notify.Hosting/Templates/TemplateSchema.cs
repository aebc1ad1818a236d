using System.Text.Json.Nodes;
using Notify.Core.Validation;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Templates;

/// <summary>The schemas of what <see cref="TemplateReader"/> and the previews read.</summary>
internal static class TemplateSchema
{
    public static JsonObject Refer(SchemaSet schemas) =>
        schemas.Refer("TemplateDraft", () =>
            Schema.Object(
                "A template to save.",
                ["variants"],
                ("variants", Variants(schemas)),
                ("layout", Layout()),
                ("track", Schema.Flag("Whether opens and clicks in the HTML may be tracked. Without it, the tenant decides.")),
                ("name", Ignored()),
                ("tenant", Ignored()),
                ("version", Ignored()),
                ("savedAt", Ignored())
            )
        );

    public static JsonObject ReferDraftPreview(SchemaSet schemas) =>
        schemas.Refer("TemplateDraftPreview", () =>
            Schema.Object(
                "A draft to render.",
                ["variants"],
                [("variants", Variants(schemas)), ("layout", Layout()), .. Sample()]
            )
        );

    public static JsonObject ReferPreview(SchemaSet schemas) =>
        schemas.Refer("TemplatePreview", () =>
            Schema.Object(
                "What to render a saved template with.",
                [],
                [("version", Schema.Whole("The version. The default is the latest one.", 1)), .. Sample()]
            )
        );

    private static (string Name, JsonObject Schema)[] Sample() =>
        [
            ("data", Schema.AnyObject("The variables of the template. The name recipient is reserved.")),
            ("recipient", Schema.AnyObject("The properties of the recipient.")),
            ("locale", Schema.Locale("The language of the recipient.")),
            ("timeZone", Schema.TimeZone("The time zone of the recipient.")),
        ];

    private static JsonObject Variants(SchemaSet schemas) =>
        Schema.List(
            "The variants. Each has another channel or locale.",
            schemas.Refer("TemplateVariantDraft", () => CreateVariant(schemas, schemas.Limits.Templates.MaxSourceLength)),
            1,
            schemas.Limits.Templates.MaxVariants
        );

    private static JsonObject CreateVariant(SchemaSet schemas, int maxLength) =>
        Schema
            .Object(
                "The content for a channel and a locale. At least one of title, body and html has a visible character.",
                [],
                ("channel", KnownNames.Channel("The channel. Without one, every channel.")),
                ("locale", Schema.Locale("The language. Without one, every language.")),
                ("title", Source("The title, or the subject of an email.", "Order {{ order }}", maxLength)),
                ("body", Source("The plain text.", "Hi {{ recipient.name }}", maxLength)),
                ("html", Source("The HTML of an email.", "<p>Hi {{ recipient.name }}</p>", maxLength)),
                ("inbox", schemas.Refer("TemplateInbox", () => CreateInbox(schemas, maxLength)))
            )
            .RequireAny("title", "body", "html");

    private static JsonObject CreateInbox(SchemaSet schemas, int maxLength) =>
        Schema.Object(
            "The link, the image and the buttons of an inbox item. What renders to nothing is left out.",
            [],
            ("url", Source("What opens when the user selects the item.", "/orders/{{ order | url_encode }}", maxLength)),
            ("imageUrl", Source("The image beside the text.", "https://example.org/{{ product | url_encode }}.png", maxLength)),
            (
                "actions",
                Schema.List(
                    "The buttons.",
                    schemas.Refer("TemplateInboxAction", () =>
                        Schema.Object(
                            "A button, which opens a URL.",
                            ["label", "url"],
                            ("label", Required("The text on the button.", "Track", maxLength)),
                            ("url", Required("What the button opens.", "https://example.org/{{ order | url_encode }}", maxLength))
                        )
                    ),
                    max: InboxContent.MaxActions
                )
            )
        );

    private static JsonObject Required(string description, string example, int maxLength) =>
        Schema.Formatted("liquid", $"{description} A Liquid template.", example, "/orders").Limit(1, maxLength).NotNull();

    private static JsonObject Source(string description, string example, int maxLength) =>
        Schema.Formatted("liquid", $"{description} A Liquid template.", example, "Thank you").Limit(0, maxLength).NotNull();

    private static JsonObject Layout() =>
        Schema.Name("The name of the template around this one, which shows it as content.", Names.MaxLength, "order-shipped");

    private static JsonObject Ignored() => new() { ["description"] = "GET shows it. It is ignored here.", ["readOnly"] = true };
}

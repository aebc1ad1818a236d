using Notify.Hosting.Notifications;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Templates;

/// <summary>Reads a template.</summary>
internal static class TemplateReader
{
    public static Template Read(JsonField body, string tenant, string name)
    {
        var template = new Template
        {
            Tenant = tenant,
            Name = name,
            Variants = [],
        };
        foreach (var field in body.Members())
        {
            // GET also shows the name, tenant, version and time, so they may be sent back. Saving sets them.
            if (field.Name == "variants")
                template = template with { Variants = ReadVariants(field) };
            else if (field.Name == "layout")
                template = template with { Layout = field.Text() };
            else if (field.Name == "track")
                template = template with { Track = field.Flag() };
            else if (field.Name is not ("name" or "tenant" or "version" or "savedAt"))
                field.Unknown("variants", "layout", "track");
        }

        return template;
    }

    public static IReadOnlyList<TemplateVariant> ReadVariants(JsonField field) => [.. field.Items().Select(ReadVariant)];

    private static TemplateVariant ReadVariant(JsonField item)
    {
        var variant = new TemplateVariant();
        foreach (var field in item.Members())
        {
            switch (field.Name)
            {
                case "channel":
                    variant = variant with { Channel = ChannelReader.Read(field) };
                    break;
                case "locale":
                    variant = variant with { Locale = field.Text() };
                    break;
                case "title":
                    variant = variant with { Title = field.Text() };
                    break;
                case "body":
                    variant = variant with { Body = field.Text() };
                    break;
                case "html":
                    variant = variant with { Html = field.Text() };
                    break;
                case "inbox":
                    variant = variant with { Inbox = InboxContentReader.Read(field) };
                    break;
                default:
                    field.Unknown("channel", "locale", "title", "body", "html", "inbox");
                    break;
            }
        }

        return variant;
    }
}

using System.Text.Json;
using Microsoft.Net.Http.Headers;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary>Reads the content of a notification.</summary>
internal static class ContentReader
{
    public static Content? Read(JsonField content)
    {
        if (!content.IsObject)
        {
            content.Wrong(FieldErrorCodes.WrongType, "Use a JSON object.");
            return null;
        }

        var read = new Content();
        foreach (var field in content.Members())
        {
            switch (field.Name)
            {
                case "title":
                    read = read with { Title = field.Text() };
                    break;
                case "body":
                    read = read with { Body = field.Text() };
                    break;
                case "html":
                    read = read with { Html = field.Text() };
                    break;
                case "data":
                    read = read with { Data = field.Texts() };
                    break;
                case "push":
                    read = read with { Push = PushContentReader.Read(field) };
                    break;
                case "overrides":
                    read = read with { Overrides = ReadOverrides(field) };
                    break;
                case "attachments":
                    read = read with { Attachments = [.. field.Items().Select(ReadAttachment)] };
                    break;
                case "email":
                    read = read with { Email = EmailContentReader.Read(field) };
                    break;
                case "sms":
                    read = read with { Sms = ReadSms(field) };
                    break;
                case "inbox":
                    read = read with { Inbox = InboxContentReader.Read(field) };
                    break;
                default:
                    field.Unknown("title", "body", "html", "data", "push", "overrides", "attachments", "email", "sms", "inbox");
                    break;
            }
        }

        return read;
    }

    private static Dictionary<string, JsonElement> ReadOverrides(JsonField overrides)
    {
        var read = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var vendor in overrides.Members())
        {
            if (vendor.Object() is { } members)
                read.Add(vendor.Name, members);
        }

        return read;
    }

    private static SmsContent ReadSms(JsonField sms)
    {
        var read = new SmsContent();
        foreach (var field in sms.Members())
        {
            if (field.Name == "from")
                read = read with { From = field.Text() };
            else
                field.Unknown("from");
        }

        return read;
    }

    // An attachment that cannot be read is kept as an empty one, so that validation finds the others at their places.
    private static Attachment ReadAttachment(JsonField attachment)
    {
        string? fileName = null,
            mediaType = null,
            url = null;
        byte[]? bytes = null;
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in attachment.Members())
        {
            given.Add(field.Name);
            switch (field.Name)
            {
                case "fileName":
                    fileName = ReadFileName(field);
                    break;
                case "mediaType":
                    mediaType = ReadMediaType(field);
                    break;
                case "base64":
                    bytes = field.Base64();
                    break;
                case "url":
                    url = field.Text();
                    break;
                default:
                    field.Unknown("url", "fileName", "mediaType", "base64");
                    break;
            }
        }

        if (attachment.IsObject && !given.Contains("url"))
        {
            if (!given.Contains("base64"))
                attachment.Wrong(FieldErrorCodes.Required, "Either url or base64 is required.");
            foreach (var name in (string[])["fileName", "mediaType"])
            {
                if (given.Contains("base64") && !given.Contains(name))
                    attachment.Missing(name, "Required for an attachment without a url.");
            }

            // Their errors are complete, so validation must not repeat them.
            return new Attachment(fileName ?? "file", mediaType ?? "application/octet-stream", bytes);
        }

        if (given.Contains("base64"))
            attachment.Wrong(FieldErrorCodes.Conflict, "Use either url or base64, not both.");
        return new Attachment
        {
            FileName = fileName ?? (url is null ? "file" : null),
            MediaType = mediaType ?? (url is null ? "application/octet-stream" : null),
            Url = url,
        };
    }

    private static string? ReadFileName(JsonField field) =>
        field.Text() switch
        {
            null => null,
            "" => field.Wrong(FieldErrorCodes.Required, "Must not be empty."),
            var name when name.Any(c => c is '/' or '\\' || char.IsControl(c)) => field.Wrong("Use a file name without a path."),
            var name => name,
        };

    private static string? ReadMediaType(JsonField field) =>
        field.Text() switch
        {
            null => null,
            var type when MediaTypeHeaderValue.TryParse(type, out _) => type,
            _ => field.Wrong("Use a media type, such as application/pdf."),
        };
}

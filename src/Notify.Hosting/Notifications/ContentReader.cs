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
                    read = read with { Attachments = [.. field.Items().Select(ReadAttachment).OfType<Attachment>()] };
                    break;
                case "email":
                    read = read with { Email = EmailContentReader.Read(field) };
                    break;
                default:
                    field.Unknown("title", "body", "html", "data", "push", "overrides", "attachments", "email");
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

    private static Attachment? ReadAttachment(JsonField attachment)
    {
        string? fileName = null,
            mediaType = null;
        byte[]? bytes = null;
        var missing = new HashSet<string>(["fileName", "mediaType", "base64"], StringComparer.Ordinal);
        foreach (var field in attachment.Members())
        {
            missing.Remove(field.Name);
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
                default:
                    field.Unknown("fileName", "mediaType", "base64");
                    break;
            }
        }

        foreach (var name in attachment.IsObject ? missing : [])
            attachment.Missing(name, "Required for an attachment.");
        return fileName is null || mediaType is null || bytes is null ? null : new Attachment(fileName, mediaType, bytes);
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

using System.Text.Json;

namespace Notify.Client.Requests;

/// <summary>Writes contents as the HTTP API reads them.</summary>
internal static class ContentWriter
{
    public static void Write(Utf8JsonWriter json, Content content)
    {
        json.WriteStartObject("content");
        json.WriteText("title", content.Title);
        json.WriteText("body", content.Body);
        json.WriteText("html", content.Html);
        json.WriteTexts("data", content.Data);
        WritePush(json, content.Push);
        if (content.Overrides is { } overrides)
        {
            json.WriteStartObject("overrides");
            foreach (var (vendor, members) in overrides)
            {
                json.WritePropertyName(vendor);
                members.WriteTo(json);
            }

            json.WriteEndObject();
        }

        json.WriteList("attachments", content.Attachments, WriteAttachment);
        WriteEmail(json, content.Email);
        if (content.Sms is { } sms)
        {
            json.WriteStartObject("sms");
            json.WriteText("from", sms.From);
            json.WriteEndObject();
        }

        WriteInbox(json, content.Inbox);
        json.WriteEndObject();
    }

    private static void WritePush(Utf8JsonWriter json, PushContent? push)
    {
        if (push is null)
            return;

        json.WriteStartObject("push");
        json.WriteText("imageUrl", push.ImageUrl);
        json.WriteText("link", push.Link);
        json.WriteText("sound", push.Sound);
        if (push.Badge is { } badge)
            json.WriteNumber("badge", badge);
        json.WriteText("action", push.Action);
        json.WriteText("thread", push.Thread);
        if (push.IsSilent)
            json.WriteBoolean("silent", true);
        json.WriteEndObject();
    }

    private static void WriteEmail(Utf8JsonWriter json, EmailContent? email)
    {
        if (email is null)
            return;

        json.WriteStartObject("email");
        if (email.From is { } from)
        {
            json.WritePropertyName("from");
            WriteMailbox(json, from);
        }

        json.WriteList("replyTo", email.ReplyTo, WriteMailbox);
        json.WriteList("cc", email.Cc, WriteMailbox);
        json.WriteList("bcc", email.Bcc, WriteMailbox);
        json.WriteTexts("headers", email.Headers);
        json.WriteList("inlineImages", email.InlineImages, WriteImage);
        json.WriteEndObject();
    }

    private static void WriteInbox(Utf8JsonWriter json, InboxContent? inbox)
    {
        if (inbox is null)
            return;

        json.WriteStartObject("inbox");
        json.WriteText("url", inbox.Url);
        json.WriteText("imageUrl", inbox.ImageUrl);
        json.WriteList("actions", inbox.Actions, WriteAction);
        json.WriteEndObject();
    }

    private static void WriteAttachment(Utf8JsonWriter json, Attachment attachment)
    {
        json.WriteStartObject();
        json.WriteText("url", attachment.Url);
        json.WriteText("fileName", attachment.FileName);
        json.WriteText("mediaType", attachment.MediaType);
        if (attachment.Url is null)
            json.WriteBase64String("base64", attachment.Bytes.Span);
        json.WriteEndObject();
    }

    private static void WriteMailbox(Utf8JsonWriter json, Mailbox mailbox)
    {
        json.WriteStartObject();
        json.WriteText("address", mailbox.Address);
        json.WriteText("name", mailbox.Name);
        json.WriteEndObject();
    }

    private static void WriteImage(Utf8JsonWriter json, InlineImage image)
    {
        json.WriteStartObject();
        json.WriteText("contentId", image.ContentId);
        json.WriteText("mediaType", image.MediaType);
        json.WriteBase64String("base64", image.Bytes.Span);
        json.WriteEndObject();
    }

    private static void WriteAction(Utf8JsonWriter json, InboxAction action)
    {
        json.WriteStartObject();
        json.WriteText("label", action.Label);
        json.WriteText("url", action.Url);
        json.WriteEndObject();
    }
}

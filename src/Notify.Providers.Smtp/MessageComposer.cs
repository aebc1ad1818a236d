using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Mail;
using System.Net.Mime;
using System.Runtime.InteropServices;
using System.Text;
using Notify.Queueing;

namespace Notify.Providers.Smtp;

/// <summary>Writes a delivery as an email.</summary>
internal sealed class MessageComposer(SmtpOptions options)
{
    private readonly MailAddress _from = new(options.From, options.FromName, Encoding.UTF8);
    private readonly MailAddress? _replyTo = options.ReplyTo is null ? null : new MailAddress(options.ReplyTo);
    private readonly string _domain = new IdnMapping().GetAscii(new MailAddress(options.From).Host);

    /// <summary>Why the delivery cannot be written as an email, or null when it can.</summary>
    public static string? ProblemOf(Delivery delivery)
    {
        if (!MailAddress.TryCreate(delivery.To.Value, out _))
            return "the address is no email address";
        if (delivery.Content.Title?.AsSpan().ContainsAny('\r', '\n') == true)
            return "the title has a line break";

        foreach (var attachment in delivery.Content.Attachments ?? [])
        {
            if (!TryParseMediaType(attachment.MediaType, out _))
                return "an attachment has an invalid media type; write it as application/pdf";
            if (string.IsNullOrWhiteSpace(attachment.FileName) || attachment.FileName.Any(char.IsControl))
                return "an attachment has an invalid file name";
        }

        return null;
    }

    /// <summary>The same over all attempts, so that a mailbox can recognise a message that was sent twice.</summary>
    public string MessageIdOf(Delivery delivery) => $"<{delivery.Id:N}@{_domain}>";

    /// <summary>Writes a delivery that <see cref="ProblemOf"/> found no problem with.</summary>
    public MailMessage Compose(Delivery delivery)
    {
        var content = delivery.Content;
        var message = new MailMessage(_from, new MailAddress(delivery.To.Value))
        {
            Subject = content.Title ?? "",
            SubjectEncoding = Encoding.UTF8,
            HeadersEncoding = Encoding.UTF8,
            BodyEncoding = Encoding.UTF8,
        };
        message.Headers.Add("Message-ID", MessageIdOf(delivery));
        if (_replyTo is not null)
            message.ReplyToList.Add(_replyTo);

        WriteText(message, content);
        foreach (var attachment in content.Attachments ?? [])
            message.Attachments.Add(Attach(attachment));
        return message;
    }

    private static void WriteText(MailMessage message, Content content)
    {
        message.IsBodyHtml = content.Body is null && content.Html is not null;
        message.Body = content.Body ?? content.Html ?? "";
        if (content is { Body: not null, Html: not null })
            message.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(content.Html, Encoding.UTF8, MediaTypeNames.Text.Html));
    }

    private static System.Net.Mail.Attachment Attach(Attachment attachment)
    {
        TryParseMediaType(attachment.MediaType, out var mediaType);
        var bytes = MemoryMarshal.TryGetArray(attachment.Bytes, out var segment) ? segment : new ArraySegment<byte>(attachment.Bytes.ToArray());
        var attached = new System.Net.Mail.Attachment(new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false), mediaType!)
        {
            Name = attachment.FileName,
            NameEncoding = Encoding.UTF8,
        };
        attached.ContentDisposition!.FileName = attachment.FileName;
        return attached;
    }

    private static bool TryParseMediaType(string text, [NotNullWhen(true)] out ContentType? mediaType)
    {
        mediaType = null;
        try
        {
            mediaType = new ContentType(text);
            return true;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return false;
        }
    }
}

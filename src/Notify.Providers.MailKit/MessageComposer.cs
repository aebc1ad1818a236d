using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using MimeKit;
using MimeKit.Text;
using Notify.Providers.Mail;
using Notify.Providers.Mail.Callbacks;

namespace Notify.Providers.MailKit;

/// <summary>Composes emails from deliveries.</summary>
internal sealed class MessageComposer(
    MailKitOptions options,
    MailRules rules,
    IUnsubscribeLinks links,
    IVendorHeaders? vendor,
    TimeProvider time
)
{
    private readonly string _domain = new IdnMapping().GetAscii(options.From[(options.From.LastIndexOf('@') + 1)..]);
    private readonly MessageSigner? _signer = options.Dkim is null ? null : new MessageSigner(options.Dkim);

    private const string UnknownType = "application/octet-stream";
    private const string UnknownName = "attachment";

    // Some carriers issued addresses with dots anywhere in the local part. MimeKit accepts them only in this mode.
    private static readonly ParserOptions AnyDots = new() { AddressParserComplianceMode = RfcComplianceMode.Looser };

    /// <summary>Finds the reason why a delivery cannot be written as an email; null when it can.</summary>
    public string? FindProblem(Delivery delivery)
    {
        if (!TryGetRecipient(delivery, out _))
            return "the address is not a valid email address";

        if (delivery.Content.Title?.AsSpan().ContainsAny('\r', '\n') == true)
            return "the title contains a line break";

        foreach (var attachment in delivery.Content.Attachments ?? [])
        {
            // A file that is fetched later may get its name and its type from the server.
            var isFetched = attachment.Url is not null;
            var mediaType = attachment.MediaType ?? (isFetched ? UnknownType : "");
            if (mediaType.Any(char.IsControl) || !MimeKit.ContentType.TryParse(mediaType, out _))
                return "an attachment has an invalid media type; use the form application/pdf";
            var name = attachment.FileName ?? (isFetched ? UnknownName : "");
            if (string.IsNullOrWhiteSpace(name) || name.Any(char.IsControl))
                return "an attachment has an invalid file name";
        }

        if (delivery.Content.Email?.Validate(delivery.Content.Html) is [var error, ..])
            return $"{error.Field}: {error.Message}";
        return delivery.Content.Email?.From is { } from && rules.FindSenderError(from.Address) is { } notAllowed
            ? $"email.from: {notAllowed}"
            : null;
    }

    /// <summary>
    /// Gets the recipient of a delivery. The rules for addresses are those of the SMTP provider, not MimeKit's.
    /// </summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="recipient">The mailbox; null when the delivery's address is not valid.</param>
    public static bool TryGetRecipient(Delivery delivery, [NotNullWhen(true)] out MailboxAddress? recipient) =>
        TryParse(delivery.To.Value, out recipient);

    /// <summary>Gets the addresses that receive a copy: each once, and without the recipient.</summary>
    public static IReadOnlyList<MailboxAddress> GetCopies(Delivery delivery, MailboxAddress recipient)
    {
        if (delivery.Content.Email is not { } email || (email.Cc ?? email.Bcc) is null)
            return [];

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { recipient.Address };
        return [.. Parse(email.Cc).Concat(Parse(email.Bcc)).Where(copy => seen.Add(copy.Address))];
    }

    /// <summary>Determines whether an address of the message can be written only in UTF-8 (RFC 6531).</summary>
    public static bool NeedsUtf8(Delivery delivery, MailboxAddress recipient)
    {
        var email = delivery.Content.Email;
        return Parse(email?.Cc)
            .Concat(Parse(email?.Bcc))
            .Concat(Parse(email?.ReplyTo))
            .Append(recipient)
            .Any(mailbox => !Ascii.IsValid(mailbox.LocalPart));
    }

    /// <summary>Determines whether a text is exactly one address that every server accepts.</summary>
    public static bool IsMailbox(string text) =>
        MailboxAddress.TryParse(text, out var mailbox)
        && mailbox.Address == text
        && text.Contains('@', StringComparison.Ordinal)
        && Ascii.IsValid(mailbox.LocalPart)
        && Uri.CheckHostName(mailbox.Domain) == UriHostNameType.Dns;

    /// <summary>Gets the Message-ID. It is the same for all attempts, so that duplicates can be recognized.</summary>
    public string GetMessageId(Delivery delivery) => $"{delivery.Id:N}@{_domain}";

    /// <summary>Gets the address that bounces of a delivery are sent to.</summary>
    public MailboxAddress GetEnvelopeSender(Delivery delivery)
    {
        if (options.BounceAddress is not { } bounces)
            return new MailboxAddress("", GetFrom(delivery).Address);
        var at = bounces.LastIndexOf('@');
        return new MailboxAddress("", $"{bounces[..at]}+{delivery.Id:N}{bounces[at..]}");
    }

    /// <summary>Composes the email of a delivery. <see cref="FindProblem"/> must have returned null for it.</summary>
    public MimeMessage Compose(Delivery delivery, MailboxAddress recipient)
    {
        var content = delivery.Content;
        var message = new MimeMessage
        {
            Subject = content.Title ?? "",
            MessageId = GetMessageId(delivery),
            Date = time.GetUtcNow(),
            Body = CreateBody(content),
        };
        message.From.Add(GetFrom(delivery));
        message.To.Add(recipient);
        // Bcc has no header, because other recipients must not see these addresses.
        message.Cc.AddRange(Parse(content.Email?.Cc));
        if (content.Email?.ReplyTo is { Count: > 0 } replyTo)
            message.ReplyTo.AddRange(Parse(replyTo));
        else if (options.ReplyTo is not null)
            message.ReplyTo.Add(MailboxAddress.Parse(options.ReplyTo));
        AddUnsubscribeLink(message, delivery);
        foreach (var (name, value) in vendor.CreateHeaders(delivery))
            message.Headers.Add(CreateHeader(name, value));
        _signer?.Sign(message);
        return message;
    }

    // The name in the options belongs to the address in the options.
    private MailboxAddress GetFrom(Delivery delivery)
    {
        if (Parse(delivery.Content.Email?.From is { } own ? [own] : []).FirstOrDefault() is not { } from)
            return new MailboxAddress(options.FromName ?? "", options.From);

        if (from.Name is null && string.Equals(from.Address, options.From, StringComparison.OrdinalIgnoreCase))
            from.Name = options.FromName;
        return from;
    }

    // RFC 8058: mail programs show a button that sends a POST request.
    private void AddUnsubscribeLink(MimeMessage message, Delivery delivery)
    {
        if (UnsubscribeHeader.FindLink(links, delivery) is not { } link)
            return;
        message.Headers.Add(HeaderId.ListUnsubscribe, $"<{link}>");
        message.Headers.Add(HeaderId.ListUnsubscribePost, "List-Unsubscribe=One-Click");
    }

    private static MimeEntity CreateBody(Content content)
    {
        var text = GetText(content);
        if (content.Attachments is not { Count: > 0 } attachments)
            return text;

        var mixed = new Multipart("mixed") { text };
        foreach (var attachment in attachments)
            mixed.Add(Attach(attachment));
        return mixed;
    }

    private static MimeEntity GetText(Content content)
    {
        var plain = new TextPart(TextFormat.Plain) { Text = content.Body ?? "" };
        if (content.Html is null)
            return plain;

        var html = GetHtml(content, content.Html);
        return content.Body is null ? html : new MultipartAlternative { plain, html };
    }

    private static MimeEntity GetHtml(Content content, string text)
    {
        var html = new TextPart(TextFormat.Html) { Text = text };
        if (content.Email?.InlineImages is not { Count: > 0 } images)
            return html;

        var related = new MultipartRelated { Root = html };
        foreach (var image in images)
            related.Add(Show(image));
        return related;
    }

    private static MimePart Show(InlineImage image) =>
        new(MimeKit.ContentType.Parse(image.MediaType))
        {
            Content = new MimeContent(new MemoryStream(image.Bytes.ToArray(), writable: false)),
            ContentDisposition = new MimeKit.ContentDisposition(MimeKit.ContentDisposition.Inline),
            ContentTransferEncoding = ContentEncoding.Base64,
            ContentId = image.ContentId,
        };

    private static IEnumerable<MailboxAddress> Parse(IReadOnlyList<Mailbox>? mailboxes)
    {
        foreach (var mailbox in mailboxes ?? [])
        {
            if (!TryParse(mailbox.Address, out var address))
                throw new ArgumentException("The content must be validated first.", nameof(mailboxes));
            address.Name = string.IsNullOrWhiteSpace(mailbox.Name) ? null : mailbox.Name;
            yield return address;
        }
    }

    private static bool TryParse(string? text, [NotNullWhen(true)] out MailboxAddress? mailbox)
    {
        mailbox = null;
        return EmailAddress.TryParse(text, out _)
            && MailboxAddress.TryParse(AnyDots, text, out mailbox)
            && mailbox.Address == text;
    }

    // Folds and encodes as the SMTP provider does. MimeKit would not encode a value that looks like an encoded word, and readers
    // would decode it.
    private static Header CreateHeader(string name, string value)
    {
        var line = new ArrayBufferWriter<byte>();
        HeaderText.WriteHeader(line, name, value);
        var header = new Header(name, value);
        header.SetRawValue(line.WrittenSpan[(name.Length + 1)..].ToArray());
        return header;
    }

    private static MimePart Attach(Attachment attachment) =>
        new(MimeKit.ContentType.Parse(attachment.MediaType ?? UnknownType))
        {
            Content = new MimeContent(new MemoryStream(attachment.Bytes.ToArray(), writable: false)),
            ContentDisposition = new MimeKit.ContentDisposition(MimeKit.ContentDisposition.Attachment),
            ContentTransferEncoding = ContentEncoding.Base64,
            FileName = attachment.FileName ?? UnknownName,
        };
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Notify.Providers.Mail;
using Notify.Providers.Mail.Callbacks;

namespace Notify.Providers.Smtp.Mime;

/// <summary>
/// Composes emails from deliveries (RFC 5322 and MIME). Only addresses can contain characters other than ASCII.
/// </summary>
internal sealed class MessageComposer
{
    private readonly MailRules _rules;
    private readonly NamedAddress _from;
    private readonly EmailAddress? _bounces;
    private readonly IUnsubscribeLinks _links;
    private readonly IVendorHeaders? _vendor;
    private readonly TimeProvider _time;
    private readonly NamedAddress[] _replyTo;

    public MessageComposer(
        SmtpOptions options,
        MailRules rules,
        IUnsubscribeLinks links,
        IVendorHeaders? vendor,
        TimeProvider time
    )
    {
        (_rules, _links, _vendor, _time) = (rules, links, vendor, time);
        _from = new NamedAddress(Parse(options.From), string.IsNullOrEmpty(options.FromName) ? null : options.FromName);
        _bounces = options.BounceAddress is null ? null : Parse(options.BounceAddress);
        _replyTo = options.ReplyTo is null ? [] : [new NamedAddress(Parse(options.ReplyTo), null)];
    }

    /// <summary>
    /// Prepares the email of a delivery. Returns false, with the reason, when the delivery cannot be written as one.
    /// </summary>
    public bool TryCompose(Delivery delivery, [NotNullWhen(true)] out Email? email, [NotNullWhen(false)] out string? problem)
    {
        email = null;
        problem = FindProblem(delivery.Content);
        if (!EmailAddress.TryParse(delivery.To.Value, out var to))
            problem = "the address is not a valid email address";
        if (problem is not null)
            return false;

        var from = GetFrom(delivery.Content.Email);
        email = new Email(
            delivery,
            from,
            to!,
            GetSender(delivery, from),
            $"<{delivery.Id:N}@{_from.Address.Domain}>",
            EmailMailboxes.From(delivery.Content.Email)
        );
        return true;
    }

    /// <summary>Writes the message, including the end of its last line.</summary>
    public async ValueTask WriteAsync(Email email, PipeWriter output, CancellationToken cancellationToken)
    {
        WriteHeaders(email, output);
        var attachments = email.Delivery.Content.Attachments;
        if (attachments is not { Count: > 0 })
        {
            await WriteTextAsync(email.Delivery, output, cancellationToken).ConfigureAwait(false);
            return;
        }

        var boundary = WriteMultipart(output, "mixed", email.Delivery);
        WriteDelimiter(output, boundary);
        await WriteTextAsync(email.Delivery, output, cancellationToken).ConfigureAwait(false);
        foreach (var attachment in attachments)
        {
            WriteDelimiter(output, boundary);
            await AttachmentPart.WriteAsync(attachment, output, cancellationToken).ConfigureAwait(false);
        }

        WriteEnd(output, boundary);
    }

    private static EmailAddress Parse(string address) =>
        EmailAddress.TryParse(address, out var mailbox)
            ? mailbox
            : throw new ArgumentException("The options must be validated first.", nameof(address));

    // The name in the options belongs to the address in the options.
    private NamedAddress GetFrom(EmailContent? email)
    {
        if (email?.From is not { } own || !EmailAddress.TryParse(own.Address, out var address))
            return _from;

        var isConfigured = string.Equals(address.Address, _from.Address.Address, StringComparison.OrdinalIgnoreCase);
        return new NamedAddress(address, string.IsNullOrWhiteSpace(own.Name) ? (isConfigured ? _from.Name : null) : own.Name);
    }

    private string? FindProblem(Content content)
    {
        if (content.Title?.AsSpan().ContainsAny('\r', '\n') == true)
            return "the title contains a line break";

        foreach (var attachment in content.Attachments ?? [])
        {
            if (AttachmentPart.FindProblem(attachment) is { } problem)
                return problem;
        }

        if (content.Email?.Validate(content.Html) is [var error, ..])
            return $"{error.Field}: {error.Message}";
        return content.Email?.From is { } from && _rules.FindSenderError(from.Address) is { } notAllowed
            ? $"email.from: {notAllowed}"
            : null;
    }

    private string GetSender(Delivery delivery, NamedAddress from) =>
        _bounces is null ? from.Address.Address : $"{_bounces.LocalPart}+{delivery.Id:N}@{_bounces.Domain}";

    private void WriteHeaders(Email email, IBufferWriter<byte> output)
    {
        output.Write("From: "u8);
        if (email.From.Name is { } name)
            HeaderText.WriteName(output, name, "From: ".Length);
        Encoding.ASCII.GetBytes($"<{email.From.Address.Address}>\r\nMIME-Version: 1.0\r\nDate: ", output);
        WriteDate(output);
        output.Write("\r\nMessage-ID: "u8);
        Encoding.ASCII.GetBytes(email.MessageId, output);
        output.Write("\r\nTo: "u8);
        Encoding.UTF8.GetBytes(email.To.Address, output);
        output.Write("\r\n"u8);
        WriteMailboxes(output, "Cc", email.Mailboxes.Cc);
        WriteMailboxes(output, "Reply-To", email.Mailboxes.ReplyTo is { Count: > 0 } given ? given : _replyTo);
        output.Write("Subject: "u8);
        HeaderText.Write(output, email.Delivery.Content.Title ?? "", "Subject: ".Length);
        output.Write("\r\n"u8);
        if (UnsubscribeHeader.FindLink(_links, email.Delivery) is { } link)
            WriteUnsubscribe(output, link);
        foreach (var (header, value) in _vendor.CreateHeaders(email.Delivery))
            HeaderText.WriteHeader(output, header, value);
    }

    // Bcc has no header, because other recipients must not see these addresses.
    private static void WriteMailboxes(IBufferWriter<byte> output, string header, IReadOnlyList<NamedAddress> mailboxes)
    {
        if (mailboxes.Count == 0)
            return;

        Encoding.ASCII.GetBytes($"{header}: ", output);
        var column = header.Length + 2;
        for (var i = 0; i < mailboxes.Count; i++)
        {
            if (i > 0)
                output.Write(",\r\n "u8);
            var (address, name) = (mailboxes[i].Address.Address, mailboxes[i].Name);
            if (name is not null)
                HeaderText.WriteName(output, name, column);
            Encoding.UTF8.GetBytes(name is null ? address : $"<{address}>", output);
            column = 1;
        }

        output.Write("\r\n"u8);
    }

    private void WriteDate(IBufferWriter<byte> output)
    {
        var span = output.GetSpan(64);
        _time.GetUtcNow().TryFormat(span, out var length, "ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);
        output.Advance(length);
    }

    // RFC 8058: unsubscribes with one click, without a confirmation page.
    private static void WriteUnsubscribe(IBufferWriter<byte> output, string link)
    {
        output.Write("List-Unsubscribe: <"u8);
        Encoding.ASCII.GetBytes(link, output);
        output.Write(">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"u8);
    }

    private static async ValueTask WriteTextAsync(Delivery delivery, PipeWriter output, CancellationToken cancellationToken)
    {
        var content = delivery.Content;
        if (content.Html is null)
        {
            TextPart.Write(output, "text/plain"u8, content.Body ?? "");
            return;
        }

        if (content.Body is null)
        {
            await WriteHtmlAsync(delivery, output, cancellationToken).ConfigureAwait(false);
            return;
        }

        var boundary = WriteMultipart(output, "alternative", delivery);
        WriteDelimiter(output, boundary);
        TextPart.Write(output, "text/plain"u8, content.Body);
        WriteDelimiter(output, boundary);
        await WriteHtmlAsync(delivery, output, cancellationToken).ConfigureAwait(false);
        WriteEnd(output, boundary);
    }

    // RFC 2387: the images belong to the HTML part. A mail program that shows the plain text ignores them.
    private static async ValueTask WriteHtmlAsync(Delivery delivery, PipeWriter output, CancellationToken cancellationToken)
    {
        var content = delivery.Content;
        if (content.Email?.InlineImages is not { Count: > 0 } images)
        {
            TextPart.Write(output, "text/html"u8, content.Html!);
            return;
        }

        var boundary = WriteMultipart(output, "related", delivery, ";\r\n type=\"text/html\"");
        WriteDelimiter(output, boundary);
        TextPart.Write(output, "text/html"u8, content.Html!);
        foreach (var image in images)
        {
            WriteDelimiter(output, boundary);
            await AttachmentPart.WriteAsync(image, output, cancellationToken).ConfigureAwait(false);
        }

        WriteEnd(output, boundary);
    }

    /// <returns>
    /// The boundary. It contains the id of the delivery, which the content cannot contain, because it is created later.
    /// </returns>
    private static string WriteMultipart(IBufferWriter<byte> output, string kind, Delivery delivery, string parameters = "")
    {
        var boundary = $"=_{kind}-{delivery.Id:N}";
        Encoding.ASCII.GetBytes($"Content-Type: multipart/{kind};\r\n boundary=\"{boundary}\"{parameters}\r\n\r\n", output);
        return boundary;
    }

    private static void WriteDelimiter(IBufferWriter<byte> output, string boundary) =>
        Encoding.ASCII.GetBytes($"--{boundary}\r\n", output);

    private static void WriteEnd(IBufferWriter<byte> output, string boundary) =>
        Encoding.ASCII.GetBytes($"--{boundary}--\r\n", output);
}

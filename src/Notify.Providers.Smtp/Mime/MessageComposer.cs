using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Notify.Queueing;
using Notify.Recipients;

namespace Notify.Providers.Smtp.Mime;

/// <summary>Writes deliveries as emails: RFC 5322 and MIME, all of it ASCII but for addresses that cannot be.</summary>
internal sealed class MessageComposer
{
    private readonly EmailAddress _from;
    private readonly EmailAddress? _bounces;
    private readonly IUnsubscribeLinks _links;
    private readonly TimeProvider _time;
    private readonly byte[] _sameHeaders;

    public MessageComposer(SmtpOptions options, IUnsubscribeLinks links, TimeProvider time)
    {
        (_links, _time) = (links, time);
        _from = Parse(options.From);
        _bounces = options.BounceAddress is null ? null : Parse(options.BounceAddress);
        _sameHeaders = ComposeSameHeaders(_from, options);
    }

    /// <summary>False, with the problem, when no email can say this.</summary>
    public bool TryCompose(Delivery delivery, [NotNullWhen(true)] out Email? email, [NotNullWhen(false)] out string? problem)
    {
        email = null;
        problem = ProblemOf(delivery.Content);
        if (!EmailAddress.TryParse(delivery.To.Value, out var to))
            problem = "the address is no email address";
        if (problem is not null)
            return false;

        email = new Email(delivery, to!, SenderOf(delivery), $"<{delivery.Id:N}@{_from.Domain}>");
        return true;
    }

    /// <summary>Writes the message, its last line ended.</summary>
    public async ValueTask WriteAsync(Email email, PipeWriter output, CancellationToken cancellationToken)
    {
        WriteHeaders(email, output);
        var attachments = email.Delivery.Content.Attachments;
        if (attachments is not { Count: > 0 })
        {
            WriteText(email.Delivery, output);
            return;
        }

        var boundary = WriteMultipart(output, "mixed", email.Delivery);
        WriteDelimiter(output, boundary);
        WriteText(email.Delivery, output);
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
            : throw new ArgumentException("The options were not validated.", nameof(address));

    private static byte[] ComposeSameHeaders(EmailAddress from, SmtpOptions options)
    {
        var headers = new ArrayBufferWriter<byte>();
        headers.Write("From: "u8);
        if (!string.IsNullOrEmpty(options.FromName))
            HeaderText.WriteName(headers, options.FromName, "From: ".Length);
        Encoding.ASCII.GetBytes($"<{from.Address}>\r\n", headers);
        if (options.ReplyTo is not null)
            Encoding.ASCII.GetBytes($"Reply-To: {Parse(options.ReplyTo).Address}\r\n", headers);
        headers.Write("MIME-Version: 1.0\r\n"u8);
        return headers.WrittenSpan.ToArray();
    }

    private static string? ProblemOf(Content content)
    {
        if (content.Title?.AsSpan().ContainsAny('\r', '\n') == true)
            return "the title has a line break";

        foreach (var attachment in content.Attachments ?? [])
        {
            if (AttachmentPart.ProblemOf(attachment) is { } problem)
                return problem;
        }

        return null;
    }

    private string SenderOf(Delivery delivery) =>
        _bounces is null ? _from.Address : $"{_bounces.LocalPart}+{delivery.Id:N}@{_bounces.Domain}";

    private void WriteHeaders(Email email, IBufferWriter<byte> output)
    {
        output.Write(_sameHeaders);
        output.Write("Date: "u8);
        WriteDate(output);
        output.Write("\r\nMessage-ID: "u8);
        Encoding.ASCII.GetBytes(email.MessageId, output);
        output.Write("\r\nTo: "u8);
        Encoding.UTF8.GetBytes(email.To.Address, output);
        output.Write("\r\nSubject: "u8);
        HeaderText.Write(output, email.Delivery.Content.Title ?? "", "Subject: ".Length);
        output.Write("\r\n"u8);
        if (UnsubscribeHeader.LinkFor(_links, email.Delivery) is { } link)
            WriteUnsubscribe(output, link);
    }

    private void WriteDate(IBufferWriter<byte> output)
    {
        var span = output.GetSpan(64);
        _time.GetUtcNow().TryFormat(span, out var length, "ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);
        output.Advance(length);
    }

    // One click, without a page in between (RFC 8058).
    private static void WriteUnsubscribe(IBufferWriter<byte> output, string link)
    {
        output.Write("List-Unsubscribe: <"u8);
        Encoding.ASCII.GetBytes(link, output);
        output.Write(">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"u8);
    }

    private static void WriteText(Delivery delivery, IBufferWriter<byte> output)
    {
        var content = delivery.Content;
        if (content is not { Body: not null, Html: not null })
        {
            if (content is { Body: null, Html: { } html })
                TextPart.Write(output, "text/html"u8, html);
            else
                TextPart.Write(output, "text/plain"u8, content.Body ?? "");
            return;
        }

        var boundary = WriteMultipart(output, "alternative", delivery);
        WriteDelimiter(output, boundary);
        TextPart.Write(output, "text/plain"u8, content.Body);
        WriteDelimiter(output, boundary);
        TextPart.Write(output, "text/html"u8, content.Html);
        WriteEnd(output, boundary);
    }

    /// <returns>The boundary. It names the delivery, whose id no content foresees.</returns>
    private static string WriteMultipart(IBufferWriter<byte> output, string kind, Delivery delivery)
    {
        var boundary = $"=_{kind}-{delivery.Id:N}";
        Encoding.ASCII.GetBytes($"Content-Type: multipart/{kind};\r\n boundary=\"{boundary}\"\r\n\r\n", output);
        return boundary;
    }

    private static void WriteDelimiter(IBufferWriter<byte> output, string boundary) =>
        Encoding.ASCII.GetBytes($"--{boundary}\r\n", output);

    private static void WriteEnd(IBufferWriter<byte> output, string boundary) =>
        Encoding.ASCII.GetBytes($"--{boundary}--\r\n", output);
}

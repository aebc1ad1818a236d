using System.Diagnostics;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Providers.Smtp.Tests;

/// <summary>
/// An email as a mail reader sees it, by Python's email package, which has no code in common with any of the providers.
/// </summary>
/// <param name="Headers">Decoded, by their names in lower case.</param>
/// <param name="FromName">The name beside the sender, by the older of Python's two parsers: the newer parts it at folds.</param>
/// <param name="Structure">The media types as they are nested, such as <c>mixed(text/plain, image/png)</c>.</param>
/// <param name="Mailboxes">Names and addresses by header, as <c>name &lt;address&gt;</c>.</param>
/// <param name="Parts">All that is not a container of others.</param>
/// <param name="Defects">What Python found malformed.</param>
internal sealed record ReceivedMail(
    IReadOnlyDictionary<string, string> Headers,
    string FromName,
    string Structure,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Mailboxes,
    IReadOnlyList<ReceivedPart> Parts,
    IReadOnlyList<string> Defects
)
{
    private const string Reader = """
        import base64, email, email.policy, json, sys
        from email.header import decode_header, make_header
        from email.utils import getaddresses, parseaddr
        message = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
        def decoded(text): return str(make_header(decode_header(text)))
        def structure(part):
            if not part.is_multipart(): return part.get_content_type()
            return part.get_content_subtype() + "(" + ", ".join(structure(inner) for inner in part.iter_parts()) + ")"
        parts = [{"mediaType": part.get_content_type(), "fileName": part.get_filename(),
                  "disposition": part.get_content_disposition(), "contentId": part["content-id"],
                  "bytes": base64.b64encode(part.get_payload(decode=True)).decode()}
                 for part in message.walk() if not part.is_multipart()]
        defects = [repr(defect) for part in message.walk() for defect in part.defects]
        defects += [repr(defect) for part in message.walk() for value in part.values() for defect in value.defects]
        headers = {name.lower(): str(value) for name, value in message.items()}
        raw = dict(message.raw_items())
        sender = decoded(parseaddr(raw["From"])[0])
        mailboxes = {name.lower(): [f"{decoded(who)} <{address}>" for who, address in getaddresses([raw[name]])]
                     for name in raw if name in ("From", "To", "Cc", "Bcc", "Reply-To")}
        print(json.dumps({"headers": headers, "fromName": sender, "structure": structure(message), "mailboxes": mailboxes,
                          "parts": parts, "defects": defects}))
        """;

    public static async Task<ReceivedMail> ParseAsync(ReadOnlyMemory<byte> content)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.File("mail.eml"), content);
        return await ParseAsync(folder.File("mail.eml"));
    }

    public static async Task<ReceivedMail> ParseAsync(string file)
    {
        var start = new ProcessStartInfo(MailServer.Python, ["-c", Reader, file]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var json = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return JsonSerializer.Deserialize<ReceivedMail>(json, JsonSerializerOptions.Web)!;
    }
}

/// <summary>A text, an HTML text or an attachment.</summary>
internal sealed record ReceivedPart(string MediaType, string? FileName, string? Disposition, string? ContentId, byte[] Bytes)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Bytes).TrimEnd('\r', '\n');
}

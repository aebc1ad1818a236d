using System.Diagnostics;
using System.Text.Json;
using Notify.Testing;

namespace Notify.Providers.Smtp.Tests;

/// <summary>
/// An email as a mail reader sees it, by Python's email package, which has no code in common with any of the providers.
/// </summary>
/// <param name="Headers">Decoded, by their names in lower case.</param>
/// <param name="FromName">The name beside the sender, by the older of Python's two parsers: the newer parts it at folds.</param>
/// <param name="Parts">All that is not a container of others.</param>
/// <param name="Defects">What Python found malformed.</param>
internal sealed record ReceivedMail(
    IReadOnlyDictionary<string, string> Headers,
    string FromName,
    IReadOnlyList<ReceivedPart> Parts,
    IReadOnlyList<string> Defects
)
{
    private const string Reader = """
        import base64, email, email.policy, json, sys
        from email.header import decode_header, make_header
        from email.utils import parseaddr
        message = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
        parts = [{"mediaType": part.get_content_type(), "fileName": part.get_filename(),
                  "bytes": base64.b64encode(part.get_payload(decode=True)).decode()}
                 for part in message.walk() if not part.is_multipart()]
        defects = [repr(defect) for part in message.walk() for defect in part.defects]
        defects += [repr(defect) for part in message.walk() for value in part.values() for defect in value.defects]
        headers = {name.lower(): str(value) for name, value in message.items()}
        sender = str(make_header(decode_header(parseaddr(dict(message.raw_items())["From"])[0])))
        print(json.dumps({"headers": headers, "fromName": sender, "parts": parts, "defects": defects}))
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
internal sealed record ReceivedPart(string MediaType, string? FileName, byte[] Bytes)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Bytes).TrimEnd('\r', '\n');
}

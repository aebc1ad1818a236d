using System.Diagnostics;
using System.Text.Json;

namespace Notify.Providers.MailKit.Tests;

/// <summary>
/// An email as a mail reader sees it: Python's email package, which has no code in common with MimeKit, decodes it.
/// </summary>
internal sealed record ReceivedMail(IReadOnlyDictionary<string, string> Headers, IReadOnlyList<ReceivedPart> Parts)
{
    private const string Reader = """
        import base64, email, email.policy, json, sys
        message = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
        parts = [{"mediaType": part.get_content_type(), "fileName": part.get_filename(), "bytes": base64.b64encode(part.get_payload(decode=True)).decode()}
                 for part in message.walk() if not part.is_multipart()]
        print(json.dumps({"headers": {name.lower(): str(value) for name, value in message.items()}, "parts": parts}))
        """;

    public static async Task<ReceivedMail> ParseAsync(string python, string file)
    {
        using var process = Process.Start(new ProcessStartInfo(python, ["-c", Reader, file]) { RedirectStandardOutput = true })!;
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

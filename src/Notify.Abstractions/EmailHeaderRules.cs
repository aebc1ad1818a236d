using System.Collections.Frozen;

namespace Notify;

/// <summary>Checks the headers that a content brings.</summary>
internal static class EmailHeaderRules
{
    private const string OwnField = "This header has a field of its own: ";

    /// <summary>Headers that Notify, a mail server or another field writes, and what to do instead.</summary>
    private static readonly FrozenDictionary<string, string?> Reserved = new Dictionary<string, string?>
    {
        ["From"] = null,
        ["Sender"] = null,
        ["To"] = $"{OwnField}the notification's recipients.",
        ["Cc"] = $"{OwnField}content.email.cc.",
        ["Bcc"] = $"{OwnField}content.email.bcc.",
        ["Reply-To"] = $"{OwnField}content.email.replyTo.",
        ["Subject"] = $"{OwnField}content.title.",
        ["Date"] = null,
        ["Message-ID"] = null,
        ["MIME-Version"] = null,
        ["List-Unsubscribe"] = null,
        ["List-Unsubscribe-Post"] = null,
        ["Received"] = null,
        ["Received-SPF"] = null,
        ["Return-Path"] = null,
        ["Delivered-To"] = null,
        ["X-Original-To"] = null,
        ["Apparently-To"] = null,
        ["Authentication-Results"] = null,
        ["DKIM-Signature"] = null,
        ["DomainKey-Signature"] = null,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] ReservedPrefixes = ["Content-", "Resent-", "ARC-"];

    public static void Check(List<FieldError> errors, IReadOnlyDictionary<string, string>? headers)
    {
        if (headers is null)
            return;

        if (headers.Count > EmailContent.MaxHeaders)
            errors.Add(new FieldError("email.headers", $"Give at most {EmailContent.MaxHeaders} headers."));
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in headers)
        {
            if (!IsName(name))
            {
                errors.Add(
                    new FieldError(
                        "email.headers",
                        $"Name each header with 1 to {EmailContent.MaxHeaderNameLength} printable ASCII characters, without "
                            + "spaces and colons."
                    )
                );
                continue;
            }

            if (FindReason(name) is { } reserved)
                errors.Add(new FieldError($"email.headers.{name}", reserved));
            else if (!seen.Add(name))
                errors.Add(
                    new FieldError($"email.headers.{name}", "This header is there twice; upper and lower case are the same.")
                );
            else if (!IsValue(value))
            {
                errors.Add(
                    new FieldError(
                        $"email.headers.{name}",
                        $"Use 1 to {EmailContent.MaxHeaderValueLength} characters without line breaks and other control "
                            + "characters, and without white space at the beginning and the end."
                    )
                );
            }
        }
    }

    // RFC 5322 section 3.6.8, ftext.
    private static bool IsName(string name) =>
        name.Length is >= 1 and <= EmailContent.MaxHeaderNameLength
        && !name.AsSpan().ContainsAnyExceptInRange('!', '~')
        && !name.Contains(':', StringComparison.Ordinal);

    private static string? FindReason(string name)
    {
        const string notYours = "Notify or the mail server writes this header. Leave it out.";
        if (Reserved.TryGetValue(name, out var reason))
            return reason ?? notYours;
        return ReservedPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) ? notYours : null;
    }

    // U+2028 and U+2029 break a line in what shows the value.
    private static bool IsValue(string? value) =>
        value is { Length: >= 1 and <= EmailContent.MaxHeaderValueLength }
        && !value.Any(character => char.IsControl(character) || character is '\u2028' or '\u2029')
        && !char.IsWhiteSpace(value[0])
        && !char.IsWhiteSpace(value[^1]);
}

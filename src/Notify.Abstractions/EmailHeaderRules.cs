using System.Collections.Frozen;

namespace Notify;

/// <summary>The rules for the additional headers of an email.</summary>
internal static class EmailHeaderRules
{
    private const string UseField = "This header cannot be set here. Use ";

    /// <summary>
    /// The headers that are written by Notify, by a mail server or from another field, with their error texts; null for the
    /// general text.
    /// </summary>
    private static readonly FrozenDictionary<string, string?> Reserved = new Dictionary<string, string?>
    {
        ["From"] = null,
        ["Sender"] = null,
        ["To"] = $"{UseField}the recipients of the notification.",
        ["Cc"] = $"{UseField}content.email.cc.",
        ["Bcc"] = $"{UseField}content.email.bcc.",
        ["Reply-To"] = $"{UseField}content.email.replyTo.",
        ["Subject"] = $"{UseField}content.title.",
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
            errors.Add(
                new FieldError(
                    "email.headers",
                    FieldErrorCodes.TooMany,
                    $"At most {EmailContent.MaxHeaders} headers are allowed."
                )
            );
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in headers)
        {
            if (!IsName(name))
            {
                errors.Add(
                    new FieldError(
                        "email.headers",
                        FieldErrorCodes.Invalid,
                        $"A header name must have 1 to {EmailContent.MaxHeaderNameLength} printable ASCII characters, without "
                            + "spaces or colons."
                    )
                );
                continue;
            }

            if (FindReason(name) is { } reserved)
                errors.Add(new FieldError($"email.headers.{name}", FieldErrorCodes.NotAllowed, reserved));
            else if (!seen.Add(name))
                errors.Add(
                    new FieldError(
                        $"email.headers.{name}",
                        FieldErrorCodes.Duplicate,
                        "This header occurs more than once. Header names are case-insensitive."
                    )
                );
            else if (!IsValue(value))
            {
                errors.Add(
                    new FieldError(
                        $"email.headers.{name}",
                        FieldErrorCodes.Invalid,
                        $"Use 1 to {EmailContent.MaxHeaderValueLength} characters, without line breaks or other control "
                            + "characters, and without white space at the beginning or end."
                    )
                );
            }
        }
    }

    // The ftext characters of RFC 5322 section 3.6.8.
    private static bool IsName(string name) =>
        name.Length is >= 1 and <= EmailContent.MaxHeaderNameLength
        && !name.AsSpan().ContainsAnyExceptInRange('!', '~')
        && !name.Contains(':', StringComparison.Ordinal);

    private static string? FindReason(string name)
    {
        const string reserved = "This header is written by Notify or the mail server. Remove it.";
        if (Reserved.TryGetValue(name, out var reason))
            return reason ?? reserved;
        return ReservedPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) ? reserved : null;
    }

    // Programs that display the value treat U+2028 and U+2029 as line breaks.
    private static bool IsValue(string? value) =>
        value is { Length: >= 1 and <= EmailContent.MaxHeaderValueLength }
        && !value.Any(character => char.IsControl(character) || character is '\u2028' or '\u2029')
        && !char.IsWhiteSpace(value[0])
        && !char.IsWhiteSpace(value[^1]);
}

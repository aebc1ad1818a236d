using System.Text;

namespace Notify.Hosting.Requests;

/// <summary>
/// Reads the header <c>Idempotency-Key</c>: a quoted string as in the IETF draft "The Idempotency-Key HTTP Header Field"
/// (RFC 9651, section 4.2.5), or the bare key. Both forms of a key are the same key.
/// </summary>
internal static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";

    /// <summary>Gets the key of a request; null if it has none, or if its header is malformed.</summary>
    public static string? Read(Microsoft.AspNetCore.Http.HttpRequest request) =>
        RequestValues.Header(request, Header) is { } value && TryParse(value, out var key) ? key : null;

    /// <summary>Parses the value of the header. Returns false for a string that is not quoted correctly.</summary>
    public static bool TryParse(string value, out string key)
    {
        key = value;
        if (!value.StartsWith('"'))
            return true;

        var unquoted = new StringBuilder(value.Length);
        for (var i = 1; i < value.Length; i++)
        {
            switch (value[i])
            {
                case '"':
                    key = unquoted.ToString();
                    return key.Length > 0 && i == value.Length - 1;
                case '\\' when i + 1 < value.Length && value[i + 1] is '"' or '\\':
                    unquoted.Append(value[++i]);
                    break;
                case < ' ' or > '~' or '\\':
                    return false;
                default:
                    unquoted.Append(value[i]);
                    break;
            }
        }

        return false;
    }
}

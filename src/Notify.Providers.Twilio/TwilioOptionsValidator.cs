using System.Buffers;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Notify.Providers.Twilio;

/// <summary>
/// What annotations cannot say. It is apart from the options because an options' own <c>Validate</c> is skipped while an
/// annotation is violated, and a start should name every mistake at once.
/// </summary>
internal sealed partial class TwilioOptionsValidator : IValidateOptions<TwilioOptions>
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    public ValidateOptionsResult Validate(string? name, TwilioOptions options)
    {
        string[] failures =
        [
            .. CredentialFailures(options),
            .. SenderFailures(options),
            .. AddressFailures(options),
            .. PriceFailures(options),
        ];
        return failures.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(failures.Select(failure => $"Twilio provider '{name}': {failure}"));
    }

    private static IEnumerable<string> CredentialFailures(TwilioOptions options)
    {
        if (!string.IsNullOrEmpty(options.AccountSid) && !IsSid("AC", options.AccountSid))
            yield return $"{nameof(options.AccountSid)} is no account SID: AC and 32 hexadecimal digits.";
        if (!string.IsNullOrEmpty(options.ApiKeySid) && !IsSid("SK", options.ApiKeySid))
            yield return $"{nameof(options.ApiKeySid)} is no API key's SID: SK and 32 hexadecimal digits.";
        if (string.IsNullOrEmpty(options.ApiKeySid) != string.IsNullOrEmpty(options.ApiKeySecret))
            yield return $"Set both {nameof(options.ApiKeySid)} and {nameof(options.ApiKeySecret)}, or neither.";
        if (string.IsNullOrEmpty(options.AuthToken) && string.IsNullOrEmpty(options.ApiKeySid))
            yield return $"Set {nameof(options.AuthToken)}, or {nameof(options.ApiKeySid)} and {nameof(options.ApiKeySecret)}.";
        if (string.IsNullOrEmpty(options.AuthToken) && options.StatusCallbackUrl is not null)
            yield return $"Set {nameof(options.AuthToken)}: calls of {nameof(options.StatusCallbackUrl)} are verified with it.";
    }

    private static IEnumerable<string> SenderFailures(TwilioOptions options)
    {
        if (string.IsNullOrEmpty(options.From) == string.IsNullOrEmpty(options.MessagingServiceSid))
            yield return $"Set exactly one of {nameof(options.From)} and {nameof(options.MessagingServiceSid)}.";
        if (!string.IsNullOrEmpty(options.From) && !Sender().IsMatch(options.From))
            yield return $"{nameof(options.From)} is no number in E.164 form, no short code and no alphanumeric sender id.";
        if (!string.IsNullOrEmpty(options.MessagingServiceSid) && !IsSid("MG", options.MessagingServiceSid))
            yield return $"{nameof(options.MessagingServiceSid)} is no messaging service's SID: MG and 32 hexadecimal digits.";
    }

    private static IEnumerable<string> AddressFailures(TwilioOptions options)
    {
        if (options.StatusCallbackUrl is { } callback && !IsCallback(callback))
            yield return $"{nameof(options.StatusCallbackUrl)} must be an absolute https URL without query and fragment.";
        if (options.BaseAddress is { } address && !IsApi(address))
            yield return $"{nameof(options.BaseAddress)} must be an absolute https URL; http is for this machine only.";
    }

    private static IEnumerable<string> PriceFailures(TwilioOptions options)
    {
        if (options.PricePerSegment < 0)
            yield return $"{nameof(options.PricePerSegment)} must be 0 or more.";
        if (options.PricePerSegment is null != string.IsNullOrEmpty(options.Currency))
            yield return $"Set both {nameof(options.PricePerSegment)} and {nameof(options.Currency)}, or neither.";
        if (!string.IsNullOrEmpty(options.Currency) && !Currency().IsMatch(options.Currency))
            yield return $"{nameof(options.Currency)} is no ISO 4217 code; write it as EUR.";
    }

    private static bool IsSid(string prefix, string text) =>
        text.Length == 34 && text.StartsWith(prefix, StringComparison.Ordinal) && !text.AsSpan(2).ContainsAnyExcept(HexDigits);

    private static bool IsCallback(Uri url) =>
        url is { IsAbsoluteUri: true, Scheme: "https", Query: "", Fragment: "", UserInfo: "" };

    private static bool IsApi(Uri url) =>
        url is { IsAbsoluteUri: true, Query: "", Fragment: "", UserInfo: "" }
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));

    // An alphanumeric sender id has a letter: Twilio, "Alphanumeric Sender ID".
    [GeneratedRegex(@"^(\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +\-_&]{1,11})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Sender();

    [GeneratedRegex(@"^[A-Z]{3}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Currency();
}

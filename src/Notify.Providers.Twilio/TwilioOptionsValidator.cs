using System.Buffers;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Notify.Providers.Twilio;

/// <summary>
/// Validates what annotations cannot express. This is a separate class because <c>IValidatableObject.Validate</c> is skipped when
/// an annotation is violated, and all errors should be reported at once.
/// </summary>
internal sealed partial class TwilioOptionsValidator : IValidateOptions<TwilioOptions>
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    public ValidateOptionsResult Validate(string? name, TwilioOptions options)
    {
        string[] failures =
        [
            .. FindCredentialErrors(options),
            .. FindSenderErrors(options),
            .. FindAddressErrors(options),
            .. FindPriceErrors(options),
        ];
        return failures.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(failures.Select(failure => $"Twilio provider '{name}': {failure}"));
    }

    private static IEnumerable<string> FindCredentialErrors(TwilioOptions options)
    {
        if (!string.IsNullOrEmpty(options.AccountSid) && !IsSid("AC", options.AccountSid))
            yield return $"{nameof(options.AccountSid)} must be an account SID: AC and 32 hexadecimal digits.";
        if (!string.IsNullOrEmpty(options.ApiKeySid) && !IsSid("SK", options.ApiKeySid))
            yield return $"{nameof(options.ApiKeySid)} must be an API key SID: SK and 32 hexadecimal digits.";
        if (string.IsNullOrEmpty(options.ApiKeySid) != string.IsNullOrEmpty(options.ApiKeySecret))
            yield return $"Set both {nameof(options.ApiKeySid)} and {nameof(options.ApiKeySecret)}, or neither.";
        if (string.IsNullOrEmpty(options.AuthToken) && string.IsNullOrEmpty(options.ApiKeySid))
            yield return $"Set {nameof(options.AuthToken)}, or {nameof(options.ApiKeySid)} and {nameof(options.ApiKeySecret)}.";
        if (string.IsNullOrEmpty(options.AuthToken) && options.StatusCallbackUrl is not null)
            yield return $"Set {nameof(options.AuthToken)}: calls to {nameof(options.StatusCallbackUrl)} are verified with it.";
    }

    private static IEnumerable<string> FindSenderErrors(TwilioOptions options)
    {
        if (string.IsNullOrEmpty(options.From) == string.IsNullOrEmpty(options.MessagingServiceSid))
            yield return $"Set exactly one of {nameof(options.From)} and {nameof(options.MessagingServiceSid)}.";
        if (!string.IsNullOrEmpty(options.From) && !SmsRules.IsSender(options.From))
            yield return $"{nameof(options.From)} must be a number in E.164 form, a short code or an alphanumeric sender id.";
        foreach (var sender in options.AllowedFrom.Where(sender => !SmsRules.IsSender(sender)))
        {
            yield return $"{nameof(options.AllowedFrom)} contains '{sender}', which is not a number in E.164 form, "
                + "a short code or an alphanumeric sender id.";
        }

        if (!string.IsNullOrEmpty(options.MessagingServiceSid) && !IsSid("MG", options.MessagingServiceSid))
            yield return $"{nameof(options.MessagingServiceSid)} must be a messaging service SID: MG and 32 hexadecimal digits.";
    }

    private static IEnumerable<string> FindAddressErrors(TwilioOptions options)
    {
        if (options.StatusCallbackUrl is { } callback && !IsCallback(callback))
            yield return $"{nameof(options.StatusCallbackUrl)} must be an absolute https URL without a query or fragment.";
        if (options.BaseAddress is { } address && !IsApi(address))
            yield return $"{nameof(options.BaseAddress)} must be an absolute https URL, or an http URL with a loopback address.";
    }

    private static IEnumerable<string> FindPriceErrors(TwilioOptions options)
    {
        if (options.PricePerSegment < 0)
            yield return $"{nameof(options.PricePerSegment)} must be 0 or more.";
        if (options.PricePerSegment is null != string.IsNullOrEmpty(options.Currency))
            yield return $"Set both {nameof(options.PricePerSegment)} and {nameof(options.Currency)}, or neither.";
        if (!string.IsNullOrEmpty(options.Currency) && !Currency().IsMatch(options.Currency))
            yield return $"{nameof(options.Currency)} must be an ISO 4217 code such as EUR.";
    }

    private static bool IsSid(string prefix, string text) =>
        text.Length == 34 && text.StartsWith(prefix, StringComparison.Ordinal) && !text.AsSpan(2).ContainsAnyExcept(HexDigits);

    private static bool IsCallback(Uri url) =>
        url is { IsAbsoluteUri: true, Scheme: "https", Query: "", Fragment: "", UserInfo: "" };

    private static bool IsApi(Uri url) =>
        url is { IsAbsoluteUri: true, Query: "", Fragment: "", UserInfo: "" }
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));

    [GeneratedRegex(@"^[A-Z]{3}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Currency();
}

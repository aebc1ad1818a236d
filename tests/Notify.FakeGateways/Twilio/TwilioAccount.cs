using System.Security.Cryptography;
using System.Text;

namespace Notify.FakeGateways.Twilio;

/// <summary>An account with one phone number and one messaging service. Each instance has new secrets.</summary>
public sealed class TwilioAccount
{
    public string Sid { get; } = NewSid("AC");

    public string AuthToken { get; } = NewSid("");

    public string ApiKeySid { get; } = NewSid("SK");

    public string ApiKeySecret { get; } = NewSid("secret");

    public string MessagingServiceSid { get; } = NewSid("MG");

    /// <summary>The account's phone number, which is the one that Twilio's test credentials may send from.</summary>
    public string Number { get; } = "+15005550006";

    public static string NewSid(string prefix) => prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>
    /// Whether a header with HTTP Basic credentials (RFC 7617) is valid for the account: with its token or its API key.
    /// </summary>
    public bool Authorizes(string? authorization) =>
        authorization == Basic(Sid, AuthToken) || authorization == Basic(ApiKeySid, ApiKeySecret);

    private static string Basic(string user, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
}

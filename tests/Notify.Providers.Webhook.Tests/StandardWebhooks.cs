using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Notify.Providers.Webhook.Tests;

/// <summary>A receiver's side of the Standard Webhooks specification, written from its text and not from the provider.</summary>
internal static class StandardWebhooks
{
    public static bool Verify(string secret, string id, long timestamp, string body, string signatures)
    {
        using var hmac = new HMACSHA256(Convert.FromBase64String(secret.Replace("whsec_", "", StringComparison.Ordinal)));
        var signed = string.Join('.', id, timestamp.ToString(CultureInfo.InvariantCulture), body);
        var expected = "v1," + Convert.ToBase64String(hmac.ComputeHash(Encoding.UTF8.GetBytes(signed)));
        return signatures.Split(' ').Contains(expected);
    }

    public static string NewSecret(int length = 32) => "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(length));
}

using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Webhook;

/// <summary>The form of a signing secret in the Standard Webhooks specification.</summary>
internal static class WebhookSecret
{
    private const string Prefix = "whsec_";
    private const int MinLength = 24;
    private const int MaxLength = 64;

    /// <summary>The key that a secret spells, or null when it is not well formed.</summary>
    public static byte[]? KeyOf(string secret)
    {
        Span<byte> key = stackalloc byte[MaxLength];
        return
            secret.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64Chars(secret.AsSpan(Prefix.Length), key, out var length)
            && length >= MinLength
            ? key[..length].ToArray()
            : null;
    }
}

[AttributeUsage(AttributeTargets.Property)]
internal sealed class WebhookSecretAttribute() : ValidationAttribute("{0} must be whsec_ and the base64 of 24 to 64 bytes.")
{
    public override bool IsValid(object? value) =>
        value is not string { Length: > 0 } secret || WebhookSecret.KeyOf(secret) is not null;
}

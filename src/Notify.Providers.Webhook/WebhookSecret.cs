using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Webhook;

/// <summary>The form of a secret in the Standard Webhooks specification: <c>whsec_</c> and base64.</summary>
internal static class WebhookSecret
{
    private const string Prefix = "whsec_";
    private const int MinLength = 24;
    private const int MaxLength = 64;

    /// <summary>Parses a secret into its key. Returns null when it is not well formed.</summary>
    public static byte[]? Parse(string secret)
    {
        Span<byte> key = stackalloc byte[MaxLength];
        return
            secret.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64Chars(secret.AsSpan(Prefix.Length), key, out var length)
            && length >= MinLength
            ? key[..length].ToArray()
            : null;
    }

    /// <summary>Formats a key as a secret.</summary>
    public static string Format(ReadOnlySpan<byte> key) => Prefix + Convert.ToBase64String(key);
}

[AttributeUsage(AttributeTargets.Property)]
internal sealed class WebhookSecretAttribute() : ValidationAttribute("{0} must be whsec_ and the base64 of 24 to 64 bytes.")
{
    public override bool IsValid(object? value) =>
        value is not string { Length: > 0 } secret || WebhookSecret.Parse(secret) is not null;
}

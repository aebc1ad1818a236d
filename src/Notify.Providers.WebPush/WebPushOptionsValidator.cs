using System.Net.Mail;
using Microsoft.Extensions.Options;

namespace Notify.Providers.WebPush;

/// <summary>Validates what annotations cannot express. No message contains a key.</summary>
internal sealed class WebPushOptionsValidator : IValidateOptions<WebPushOptions>
{
    public ValidateOptionsResult Validate(string? name, WebPushOptions options)
    {
        var errors = new List<string>();
        if (!string.IsNullOrEmpty(options.Subject) && !IsContact(options.Subject))
            errors.Add(
                $"{nameof(WebPushOptions.Subject)} must be a mailto: or https: URL, such as mailto:ops@example.org. "
                    + "Apple refuses localhost."
            );
        CheckKeys(options, errors);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void CheckKeys(WebPushOptions options, List<string> errors)
    {
        var before = errors.Count;
        if (!string.IsNullOrEmpty(options.PublicKey) && !VapidKeys.IsPublicKey(options.PublicKey))
            errors.Add($"{nameof(WebPushOptions.PublicKey)} must be an uncompressed point of P-256: 65 bytes in base64url.");
        if (!string.IsNullOrEmpty(options.PrivateKey) && !VapidKeys.IsPrivateKey(options.PrivateKey))
            errors.Add($"{nameof(WebPushOptions.PrivateKey)} must be 32 bytes in base64url.");
        if (errors.Count > before || string.IsNullOrEmpty(options.PublicKey) || string.IsNullOrEmpty(options.PrivateKey))
            return;

        using var key = VapidKeys.TryImport(options.PublicKey, options.PrivateKey);
        if (key is null)
            errors.Add(
                $"{nameof(WebPushOptions.PublicKey)} and {nameof(WebPushOptions.PrivateKey)} must belong to the same pair."
            );
    }

    private static bool IsContact(string subject) =>
        Uri.TryCreate(subject, UriKind.Absolute, out var uri)
        && (
            (uri.Scheme == Uri.UriSchemeHttps && !uri.IsLoopback && !IsLocal(uri.IdnHost))
            || (uri.Scheme == Uri.UriSchemeMailto && IsMailbox(subject["mailto:".Length..]))
        );

    private static bool IsMailbox(string text) => MailAddress.TryCreate(text, out var address) && !IsLocal(address.Host);

    /// <summary>Returns whether a host is localhost or a name below it (RFC 6761, section 6.3).</summary>
    private static bool IsLocal(string host) =>
        host.TrimEnd('.') is var name
        && (
            name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        );
}

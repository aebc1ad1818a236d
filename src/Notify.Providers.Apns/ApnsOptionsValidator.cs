using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Notify.Providers.Apns;

/// <summary>
/// Validates what annotations cannot express. This is a separate class because <c>IValidatableObject.Validate</c> is skipped when
/// an annotation is violated, and all errors should be reported at once.
/// </summary>
internal sealed class ApnsOptionsValidator(string provider) : IValidateOptions<ApnsOptions>
{
    /// <summary>The length of both ids (Apple, "Establishing a token-based connection to APNs").</summary>
    private const int IdLength = 10;

    public ValidateOptionsResult Validate(string? name, ApnsOptions options)
    {
        if (name != provider)
            return ValidateOptionsResult.Skip;

        string[] failures = [.. FindCredentialErrors(options), .. FindAppErrors(options), .. FindAddressErrors(options)];
        return failures.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(failures.Select(failure => $"APNs provider '{name}': {failure}"));
    }

    private static IEnumerable<string> FindCredentialErrors(ApnsOptions options)
    {
        var hasKey = options.Key is not null || options.KeyFile is not null;
        var hasToken = hasKey || options.KeyId is not null || options.TeamId is not null;
        return (hasToken, options.CertificateFile) switch
        {
            (true, not null) => ["Set a token signing key or a certificate, not both."],
            (true, null) => FindTokenErrors(options),
            (false, not null) => FindCertificateErrors(options),
            _ =>
            [
                $"Set a token signing key ({nameof(options.KeyId)}, {nameof(options.TeamId)}, and {nameof(options.KeyFile)} or "
                    + $"{nameof(options.Key)}) or a {nameof(options.CertificateFile)}.",
            ],
        };
    }

    private static IEnumerable<string> FindTokenErrors(ApnsOptions options)
    {
        if (!IsId(options.KeyId))
            yield return $"{nameof(options.KeyId)} must be the key's id of {IdLength} letters and digits.";
        if (!IsId(options.TeamId))
            yield return $"{nameof(options.TeamId)} must be the team's id of {IdLength} letters and digits.";
        if (options.CertificatePassword is not null)
            yield return $"{nameof(options.CertificatePassword)} requires {nameof(options.CertificateFile)}.";
        if ((options.Key is null) == (options.KeyFile is null))
            yield return $"Set either {nameof(options.KeyFile)} or {nameof(options.Key)}.";
        else if (FindKeyError(options) is { } failure)
            yield return failure;
    }

    private static string? FindKeyError(ApnsOptions options)
    {
        var source = options.Key is null ? nameof(options.KeyFile) : nameof(options.Key);
        try
        {
            using var key = Credentials.ReadKey(options);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{source} cannot be read ({exception.GetType().Name}).";
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            return $"{source} is not a P-256 private key in PEM form. Use the p8 file from Apple unchanged.";
        }
    }

    private static IEnumerable<string> FindCertificateErrors(ApnsOptions options)
    {
        string? failure = null;
        try
        {
            using var certificate = Credentials.ReadCertificate(options);
            if (!certificate.HasPrivateKey)
                failure = "has no private key";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            failure = $"cannot be read with this password ({exception.GetType().Name})";
        }

        if (failure is not null)
            yield return $"{nameof(options.CertificateFile)} {failure}.";
    }

    private static IEnumerable<string> FindAppErrors(ApnsOptions options)
    {
        if (options.BundleId.Length > 0 && !IsBundleId(options.BundleId))
            yield return $"{nameof(options.BundleId)} must be a bundle id such as com.example.app.";
        foreach (var (name, app) in options.Apps)
        {
            if (!IsBundleId(app.BundleId ?? name))
                yield return $"{nameof(options.Apps)} '{name}' must have a bundle id such as com.example.app.";
            if (app.Environment is { } environment && !Enum.IsDefined(environment))
                yield return $"{nameof(options.Apps)} '{name}' has an unknown environment.";
        }
    }

    private static IEnumerable<string> FindAddressErrors(ApnsOptions options)
    {
        if (options.BaseAddress is { } address && !IsSafe(address))
            yield return $"{nameof(options.BaseAddress)} must be an https URL, or an http URL with a loopback address.";
    }

    private static bool IsId(string? id) => id?.Length == IdLength && id.All(char.IsAsciiLetterOrDigit);

    // HTTPS is required because every request carries the provider token.
    private static bool IsSafe(Uri address) =>
        address.IsAbsoluteUri
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    private static bool IsBundleId(string id) => id.Length > 0 && !id.AsSpan().ContainsAnyExceptInRange('!', '~');
}

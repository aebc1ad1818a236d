using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Notify.Providers.Apns;

/// <summary>
/// What annotations cannot say. It is apart from the options because an options' own <c>Validate</c> is skipped while an
/// annotation is violated, and a start should name every mistake at once.
/// </summary>
internal sealed class ApnsOptionsValidator(string provider) : IValidateOptions<ApnsOptions>
{
    /// <summary>Apple, 'Establishing a token-based connection to APNs': both ids have 10 characters.</summary>
    private const int IdLength = 10;

    public ValidateOptionsResult Validate(string? name, ApnsOptions options)
    {
        if (name != provider)
            return ValidateOptionsResult.Skip;

        string[] failures = [.. CredentialFailures(options), .. AppFailures(options), .. AddressFailures(options)];
        return failures.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(failures.Select(failure => $"APNs provider '{name}': {failure}"));
    }

    private static IEnumerable<string> CredentialFailures(ApnsOptions options)
    {
        var hasKey = options.Key is not null || options.KeyFile is not null;
        var hasToken = hasKey || options.KeyId is not null || options.TeamId is not null;
        return (hasToken, options.CertificateFile) switch
        {
            (true, not null) => ["Give a token signing key or a certificate, not both."],
            (true, null) => TokenFailures(options),
            (false, not null) => CertificateFailures(options),
            _ =>
            [
                $"Give a token signing key ({nameof(options.KeyId)}, {nameof(options.TeamId)} and {nameof(options.KeyFile)} or "
                    + $"{nameof(options.Key)}) or a {nameof(options.CertificateFile)}.",
            ],
        };
    }

    private static IEnumerable<string> TokenFailures(ApnsOptions options)
    {
        if (!IsId(options.KeyId))
            yield return $"{nameof(options.KeyId)} must be the key's id of {IdLength} letters and digits.";
        if (!IsId(options.TeamId))
            yield return $"{nameof(options.TeamId)} must be the team's id of {IdLength} letters and digits.";
        if (options.CertificatePassword is not null)
            yield return $"{nameof(options.CertificatePassword)} is of no use without {nameof(options.CertificateFile)}.";
        if ((options.Key is null) == (options.KeyFile is null))
            yield return $"Give either {nameof(options.KeyFile)} or {nameof(options.Key)}.";
        else if (KeyFailure(options) is { } failure)
            yield return failure;
    }

    private static string? KeyFailure(ApnsOptions options)
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
            return $"{source} is no P-256 private key in PEM form; give the p8 file as Apple gave it.";
        }
    }

    private static IEnumerable<string> CertificateFailures(ApnsOptions options)
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

    private static IEnumerable<string> AppFailures(ApnsOptions options)
    {
        if (options.BundleId.Length > 0 && !IsBundleId(options.BundleId))
            yield return $"{nameof(options.BundleId)} is no bundle id; write it as com.example.app.";
        foreach (var (name, app) in options.Apps)
        {
            if (!IsBundleId(app.BundleId ?? name))
                yield return $"{nameof(options.Apps)} '{name}' has no bundle id; write it as com.example.app.";
            if (app.Environment is { } environment && !Enum.IsDefined(environment))
                yield return $"{nameof(options.Apps)} '{name}' has no environment that Apple has.";
        }
    }

    private static IEnumerable<string> AddressFailures(ApnsOptions options)
    {
        if (options.BaseAddress is { } address && !IsSafe(address))
            yield return $"{nameof(options.BaseAddress)} must be an https URL, or an http URL of this machine.";
    }

    private static bool IsId(string? id) => id?.Length == IdLength && id.All(char.IsAsciiLetterOrDigit);

    // The provider token travels with every request.
    private static bool IsSafe(Uri address) =>
        address.IsAbsoluteUri
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    private static bool IsBundleId(string id) => id.Length > 0 && !id.AsSpan().ContainsAnyExceptInRange('!', '~');
}

using Microsoft.Extensions.Options;

namespace Notify.Providers.Fcm;

/// <summary>
/// Validates what annotations cannot express. Reports all errors at once and makes no network call.
/// </summary>
internal sealed class FcmOptionsValidator : IValidateOptions<FcmOptions>
{
    public ValidateOptionsResult Validate(string? name, FcmOptions options)
    {
        string[] failures = [.. FindCredentialErrors(options), .. FindAddressErrors(options)];
        return failures.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(failures.Select(failure => $"FCM provider '{name}': {failure}"));
    }

    private static IEnumerable<string> FindCredentialErrors(FcmOptions options)
    {
        if (!string.IsNullOrEmpty(options.CredentialsFile) && !string.IsNullOrEmpty(options.CredentialsJson))
        {
            yield return $"Set {nameof(options.CredentialsFile)} or {nameof(options.CredentialsJson)}, not both.";
            yield break;
        }

        var account = ServiceAccountKey.Read(options, out var failure);
        if (failure is not null)
            yield return failure;
        else if (string.IsNullOrEmpty(options.ProjectId) && string.IsNullOrEmpty(account?.ProjectId))
            yield return $"{nameof(options.ProjectId)} is required, because the credentials do not name a project.";
    }

    // HTTPS is required because anyone who can read the access token can send in the project's name.
    private static IEnumerable<string> FindAddressErrors(FcmOptions options)
    {
        if (options.BaseAddress is not { } address)
            yield break;
        if (
            !address.IsAbsoluteUri
            || (address.Scheme != Uri.UriSchemeHttps && !(address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        )
            yield return $"{nameof(options.BaseAddress)} must be an absolute https URL.";
    }
}

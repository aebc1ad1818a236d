using Microsoft.Extensions.Options;

namespace Notify.Providers.Fcm;

/// <summary>What annotations cannot say, all of it at once and without a network call.</summary>
internal sealed class FcmOptionsValidator : IValidateOptions<FcmOptions>
{
    public ValidateOptionsResult Validate(string? name, FcmOptions options)
    {
        string[] failures = [.. CredentialsFailures(options), .. AddressFailures(options)];
        return failures.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(failures.Select(failure => $"FCM provider '{name}': {failure}"));
    }

    private static IEnumerable<string> CredentialsFailures(FcmOptions options)
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
            yield return $"{nameof(options.ProjectId)} is required: the credentials do not say it.";
    }

    // Whoever reads the access token may send in the project's name.
    private static IEnumerable<string> AddressFailures(FcmOptions options)
    {
        if (options.BaseAddress is not { } address)
            yield break;
        if (
            !address.IsAbsoluteUri
            || (address.Scheme != Uri.UriSchemeHttps && !(address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        )
            yield return $"{nameof(options.BaseAddress)} is no absolute https URL.";
    }
}

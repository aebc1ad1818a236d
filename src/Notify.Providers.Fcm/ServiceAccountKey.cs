using Google.Apis.Auth.OAuth2;

namespace Notify.Providers.Fcm;

/// <summary>Reads the service account key that the options name.</summary>
internal static class ServiceAccountKey
{
    /// <summary>
    /// Reads the account. Returns null if the options name none, or if it cannot be read; <paramref name="failure"/> then holds
    /// the reason.
    /// </summary>
    public static ServiceAccountCredential? Read(FcmOptions options, out string? failure)
    {
        failure = null;
        if (!string.IsNullOrEmpty(options.CredentialsJson))
            return Parse(options.CredentialsJson, nameof(options.CredentialsJson), out failure);
        if (string.IsNullOrEmpty(options.CredentialsFile))
            return null;

        try
        {
            return Parse(File.ReadAllText(options.CredentialsFile), nameof(options.CredentialsFile), out failure);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            failure = $"{nameof(options.CredentialsFile)} cannot be read ({exception.GetType().Name}).";
            return null;
        }
    }

    // The type of the library's exception depends on how the key is malformed, so all are caught. Its message may quote the key
    // and is dropped.
    private static ServiceAccountCredential? Parse(string json, string option, out string? failure)
    {
        try
        {
            failure = null;
            return CredentialFactory.FromJson<ServiceAccountCredential>(json);
        }
        catch (Exception)
        {
            failure = $"{option} is not a service account key. Create one in the Firebase console under Service accounts.";
            return null;
        }
    }
}

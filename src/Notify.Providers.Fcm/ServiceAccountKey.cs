using Google.Apis.Auth.OAuth2;

namespace Notify.Providers.Fcm;

/// <summary>Reads the key of a service account from where the options say it is.</summary>
internal static class ServiceAccountKey
{
    /// <summary>
    /// The account; null where the options name none, or it cannot be read and <paramref name="failure"/> says why.
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

    // What the library throws for a broken key depends on how it is broken, and its message may quote the key.
    private static ServiceAccountCredential? Parse(string json, string option, out string? failure)
    {
        try
        {
            failure = null;
            return CredentialFactory.FromJson<ServiceAccountCredential>(json);
        }
        catch (Exception)
        {
            failure = $"{option} is no service account key: create one in the Firebase console, under Service accounts.";
            return null;
        }
    }
}

using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Fcm;

/// <summary>
/// How one provider reaches Firebase Cloud Messaging. Validated at start. With neither <see cref="CredentialsFile"/> nor
/// <see cref="CredentialsJson"/> the environment's own credentials are used (Google's "Application Default Credentials": the file
/// that <c>GOOGLE_APPLICATION_CREDENTIALS</c> names, <c>gcloud</c>'s, or the metadata server of the machine).
/// </summary>
public sealed class FcmOptions
{
    /// <summary>
    /// The Firebase project's id, such as <c>my-app-1234</c>. Default: the one that the service account belongs to. Required with
    /// the environment's credentials.
    /// </summary>
    public string? ProjectId { get; set; }

    /// <summary>
    /// The path of a service account's key, as the Firebase console gives it (JSON). Null where it comes otherwise.
    /// </summary>
    public string? CredentialsFile { get; set; }

    /// <summary>A service account's key itself (JSON), for secret stores that give text. Null where it comes otherwise.</summary>
    public string? CredentialsJson { get; set; }

    /// <summary>
    /// Where the service is. Default <c>https://fcm.googleapis.com/</c>. Plain <c>http</c> is taken on this machine alone, for
    /// tests.
    /// </summary>
    [Required]
    public Uri BaseAddress { get; set; } = new("https://fcm.googleapis.com/");

    /// <summary>
    /// Dry run: the service checks every message (<c>validate_only</c>) and delivers none. Deliveries count as accepted. Default
    /// false.
    /// </summary>
    public bool ValidateOnly { get; set; }
}

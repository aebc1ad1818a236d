using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Fcm;

/// <summary>
/// The options of a Firebase Cloud Messaging provider. They are validated at start. If neither <see cref="CredentialsFile"/> nor
/// <see cref="CredentialsJson"/> is set, Google's Application Default Credentials are used: the file that
/// <c>GOOGLE_APPLICATION_CREDENTIALS</c> names, the credentials of <c>gcloud</c>, or the machine's metadata server.
/// </summary>
public sealed class FcmOptions
{
    /// <summary>
    /// Gets or sets the id of the Firebase project, such as <c>my-app-1234</c>. The default is the project of the service
    /// account. Required with Application Default Credentials.
    /// </summary>
    public string? ProjectId { get; set; }

    /// <summary>
    /// Gets or sets the path of a service account key, a JSON file that the Firebase console creates. The default is null.
    /// </summary>
    public string? CredentialsFile { get; set; }

    /// <summary>
    /// Gets or sets the JSON text of a service account key, for secret stores that supply text. The default is null.
    /// </summary>
    public string? CredentialsJson { get; set; }

    /// <summary>
    /// Gets or sets the address of the service. The default is <c>https://fcm.googleapis.com/</c>. Plain <c>http</c> is allowed
    /// only for loopback addresses, for tests.
    /// </summary>
    [Required]
    public Uri BaseAddress { get; set; } = new("https://fcm.googleapis.com/");

    /// <summary>
    /// Gets or sets whether the service only validates messages (<c>validate_only</c>) and delivers none of them. Deliveries
    /// still count as sent. The default is false.
    /// </summary>
    public bool ValidateOnly { get; set; }
}

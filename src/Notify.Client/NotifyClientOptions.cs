namespace Notify.Client;

/// <summary>The service that the client calls.</summary>
public sealed class NotifyClientOptions
{
    /// <summary>
    /// Gets or sets the address of the service, such as <c>https://notify.example.org</c>, with the path prefix of its API if it
    /// has one. Required.
    /// </summary>
    public Uri? Address { get; set; }

    /// <summary>
    /// Gets or sets the API key. Required, except for a service that needs none, such as the reference host on the same machine
    /// during development. A changed key is used from the next call on.
    /// </summary>
    public string? ApiKey { get; set; }
}

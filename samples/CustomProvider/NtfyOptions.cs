using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Ntfy;

/// <summary>The options of the ntfy provider. They are validated at start.</summary>
public sealed class NtfyOptions
{
    /// <summary>Gets the channel. A user's address for it is the name of an ntfy topic.</summary>
    public static Channel Channel { get; } = Channel.Create("ntfy");

    /// <summary>Gets or sets the server to publish to, such as <c>https://ntfy.example.org/</c>. Required.</summary>
    [Required]
    public Uri? Server { get; set; }

    /// <summary>
    /// Gets or sets the access token of an account on the server. The default is null, which publishes without a token.
    /// </summary>
    public string? AccessToken { get; set; }
}

using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Ntfy;

/// <summary>Which ntfy server to publish to. Validated at start.</summary>
public sealed class NtfyOptions
{
    /// <summary>The channel's name: users have the address of their ntfy topic under it.</summary>
    public static Channel Channel { get; } = Channel.Named("ntfy");

    /// <summary>The server, such as <c>https://ntfy.example.org/</c>. Required.</summary>
    [Required]
    public Uri? Server { get; set; }

    /// <summary>The access token of an account on the server. Null, the default, publishes without one.</summary>
    public string? AccessToken { get; set; }
}

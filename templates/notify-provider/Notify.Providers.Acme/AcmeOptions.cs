using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Acme;

/// <summary>The options of the provider. They are validated at start.</summary>
public sealed class AcmeOptions
{
    /// <summary>Gets the channel. A user has an address of the same name.</summary>
    public static Channel Channel { get; } = Channel.Create("acme");

    /// <summary>Gets or sets the URL that accepts messages, such as <c>https://api.example.org/messages</c>. Required.</summary>
    [Required]
    public Uri? Server { get; set; }

    /// <summary>Gets or sets the access token. Required.</summary>
    [Required]
    public string? Token { get; set; }
}

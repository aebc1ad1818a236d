using System.ComponentModel.DataAnnotations;
using dotAPNS;

namespace Notify.Providers.DotApns;

/// <summary>The options of a dotAPNS provider. They are validated at start.</summary>
public sealed class DotApnsOptions
{
    /// <summary>
    /// Gets or sets the function that creates the client, which holds the app's key or certificate:
    /// <c>http => ApnsClient.CreateUsingJwt(http, jwt)</c>. It is called once. Required. A client that does not use the given
    /// HTTP client (<c>_ => client</c>) also works. However, Notify then does not see Apple's HTTP status, Retry-After,
    /// <c>apns-id</c> and the time at which a token expired, because dotAPNS does not expose them.
    /// </summary>
    [Required]
    public Func<HttpClient, IApnsClient>? CreateClient { get; set; }

    /// <summary>
    /// Gets or sets whether the device tokens come from development builds of the app (api.sandbox.push.apple.com). The default
    /// is false.
    /// </summary>
    public bool UseDevelopmentServer { get; set; }
}

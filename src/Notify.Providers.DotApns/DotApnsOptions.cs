using System.ComponentModel.DataAnnotations;
using dotAPNS;

namespace Notify.Providers.DotApns;

/// <summary>Which dotAPNS client sends, and where to. Validated at start.</summary>
public sealed class DotApnsOptions
{
    /// <summary>
    /// Gives the client, which holds the app's key or certificate: <c>http => ApnsClient.CreateUsingJwt(http, jwt)</c>. Called
    /// once. Required. A client that does not use the given HTTP client (<c>_ => client</c>) works too, but dotAPNS keeps
    /// Apple's status, Retry-After, <c>apns-id</c> and the time since when a token is dead to itself, so they are unknown then.
    /// </summary>
    [Required]
    public Func<HttpClient, IApnsClient>? CreateClient { get; set; }

    /// <summary>Whether tokens come from development builds of the app (api.sandbox.push.apple.com). Default false.</summary>
    public bool UseDevelopmentServer { get; set; }
}

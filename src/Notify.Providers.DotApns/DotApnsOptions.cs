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
    /// Gets or sets the environment that issued the app's device tokens. A token of one environment is invalid in the other. The
    /// default is <see cref="DotApnsEnvironment.Production"/>.
    /// </summary>
    [EnumDataType(typeof(DotApnsEnvironment))]
    public DotApnsEnvironment Environment { get; set; }
}

/// <summary>An environment of the Apple Push Notification service.</summary>
public enum DotApnsEnvironment
{
    /// <summary>
    /// <c>api.push.apple.com</c>, for apps from the App Store, TestFlight and enterprise distribution.
    /// </summary>
    Production,

    /// <summary><c>api.sandbox.push.apple.com</c>, for apps that Xcode installed for development.</summary>
    Sandbox,
}

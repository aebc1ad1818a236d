using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Apns;

/// <summary>
/// Who sends to Apple's devices, and for which apps. Give a token signing key (<see cref="KeyId"/>, <see cref="TeamId"/> and
/// <see cref="KeyFile"/> or <see cref="Key"/>), or a certificate. Validated at start.
/// </summary>
/// <remarks>
/// A notification's <see cref="Content.Overrides"/> may hold <c>apns</c>, an object of two: <c>headers</c>, which take the place
/// of the headers <c>apns-push-type</c>, <c>apns-topic</c>, <c>apns-priority</c>, <c>apns-expiration</c> and
/// <c>apns-collapse-id</c>, and <c>payload</c>, which is merged into the payload (RFC 7396: null takes a member away).
/// A push type brings the topic's suffix along, and a payload of up to 5,120 bytes for <c>voip</c>, 4,096 for all others.
/// <see cref="Content.Data"/> goes beside <c>aps</c>; an entry of that name is left out.
/// </remarks>
public sealed class ApnsOptions
{
    /// <summary>The id of the token signing key, 10 characters, as the developer account shows it.</summary>
    public string? KeyId { get; set; }

    /// <summary>The id of the developer team, 10 characters.</summary>
    public string? TeamId { get; set; }

    /// <summary>The token signing key's file as Apple gives it, <c>AuthKey_KEYID.p8</c>. Or else <see cref="Key"/>.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The token signing key itself: the text of the p8 file, PEM of a P-256 private key.</summary>
    public string? Key { get; set; }

    /// <summary>A certificate with its private key, as PKCS #12 (<c>.p12</c>), instead of a token signing key.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>The password of <see cref="CertificateFile"/>. Null, the default, for none.</summary>
    public string? CertificatePassword { get; set; }

    /// <summary>The bundle id of the app that devices belong to which name none. Required.</summary>
    [Required]
    public string BundleId { get; set; } = "";

    /// <summary>
    /// Where the apps' tokens come from. A token is worth nothing in the other environment. Default
    /// <see cref="ApnsEnvironment.Production"/>.
    /// </summary>
    [EnumDataType(typeof(ApnsEnvironment))]
    public ApnsEnvironment Environment { get; set; }

    /// <summary>
    /// Apps that differ, by the name that devices are registered with (<see cref="Recipients.Device.App"/>). A name that is
    /// not here is the app's bundle id. Default none.
    /// </summary>
    public IDictionary<string, ApnsApp> Apps { get; } = new Dictionary<string, ApnsApp>(StringComparer.Ordinal);

    /// <summary>
    /// Takes the place of Apple's hosts, for a proxy or a test. Https, or http on this machine. Null, the default, for Apple's.
    /// </summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>The app; never a key or password.</summary>
    public override string ToString() => $"{BundleId} ({Environment})";
}

/// <summary>How one app differs from the others.</summary>
public sealed class ApnsApp
{
    /// <summary>The app's bundle id. Null, the default, when the app is named by it.</summary>
    public string? BundleId { get; set; }

    /// <summary>Where its tokens come from. Null, the default, for <see cref="ApnsOptions.Environment"/>.</summary>
    public ApnsEnvironment? Environment { get; set; }
}

/// <summary>Apple's two push services.</summary>
public enum ApnsEnvironment
{
    /// <summary>Apps from the App Store, TestFlight and enterprise distribution: <c>api.push.apple.com</c>.</summary>
    Production,

    /// <summary>Apps that Xcode installed for development: <c>api.sandbox.push.apple.com</c>.</summary>
    Sandbox,
}

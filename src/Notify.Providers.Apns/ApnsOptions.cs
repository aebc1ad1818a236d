using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Apns;

/// <summary>
/// The options of an APNs provider. Set either a token signing key (<see cref="KeyId"/>, <see cref="TeamId"/>, and
/// <see cref="KeyFile"/> or <see cref="Key"/>) or a certificate (<see cref="CertificateFile"/>). The options are validated at
/// start.
/// </summary>
/// <remarks>
/// <para>
/// <see cref="Content.Overrides"/> may contain <c>apns</c>, an object with two members. <c>headers</c> replaces the headers
/// <c>apns-push-type</c>, <c>apns-topic</c>, <c>apns-priority</c>, <c>apns-expiration</c> and <c>apns-collapse-id</c>.
/// <c>payload</c> is merged into the payload as a JSON merge patch (RFC 7396), in which null removes a member.
/// </para>
/// <para>
/// The push type determines the suffix of the topic and the size limit of the payload: 5,120 bytes for <c>voip</c>, 4,096 bytes
/// for all others. Entries of <see cref="Content.Data"/> are written next to <c>aps</c>; an entry with that name is left out.
/// </para>
/// </remarks>
public sealed class ApnsOptions
{
    /// <summary>
    /// Gets or sets the id of the token signing key, 10 characters, which the developer account shows. The default is null.
    /// </summary>
    public string? KeyId { get; set; }

    /// <summary>Gets or sets the id of the developer team, 10 characters. The default is null.</summary>
    public string? TeamId { get; set; }

    /// <summary>
    /// Gets or sets the path of the token signing key, the file <c>AuthKey_KEYID.p8</c> from Apple. Set either this or
    /// <see cref="Key"/>. The default is null.
    /// </summary>
    public string? KeyFile { get; set; }

    /// <summary>
    /// Gets or sets the text of the token signing key, a P-256 private key in PEM form as in the p8 file. The default is null.
    /// </summary>
    public string? Key { get; set; }

    /// <summary>
    /// Gets or sets the path of a certificate with its private key in PKCS #12 form (<c>.p12</c>), which is used instead of a
    /// token signing key. The default is null.
    /// </summary>
    public string? CertificateFile { get; set; }

    /// <summary>
    /// Gets or sets the password of <see cref="CertificateFile"/>. The default is null, for a file without a password.
    /// </summary>
    public string? CertificatePassword { get; set; }

    /// <summary>
    /// Gets or sets the bundle id of the default app. It is used for devices that were registered without an app. Required.
    /// </summary>
    [Required]
    public string BundleId { get; set; } = "";

    /// <summary>
    /// Gets or sets the environment that issued the apps' device tokens. A token of one environment is invalid in the other. The
    /// default is <see cref="ApnsEnvironment.Production"/>.
    /// </summary>
    [EnumDataType(typeof(ApnsEnvironment))]
    public ApnsEnvironment Environment { get; set; }

    /// <summary>
    /// Gets the apps whose settings differ from the default, by the name that their devices were registered with
    /// (<see cref="Device.App"/>). A name that is not in this dictionary is used as the app's bundle id. Empty by
    /// default.
    /// </summary>
    public IDictionary<string, ApnsApp> Apps { get; } = new Dictionary<string, ApnsApp>(StringComparer.Ordinal);

    /// <summary>
    /// Gets or sets an address that replaces Apple's hosts, for a proxy or a test. It must be an https URL; http is allowed only
    /// for loopback addresses. The default is null, which uses Apple's hosts.
    /// </summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>Returns the default app and the environment. The text never contains a key or password.</summary>
    public override string ToString() => $"{BundleId} ({Environment})";
}

/// <summary>The settings of one app that differ from the default.</summary>
public sealed class ApnsApp
{
    /// <summary>
    /// Gets or sets the app's bundle id. The default is null, which uses the app's name in <see cref="ApnsOptions.Apps"/>.
    /// </summary>
    public string? BundleId { get; set; }

    /// <summary>
    /// Gets or sets the environment that issued the app's device tokens. The default is null, which uses
    /// <see cref="ApnsOptions.Environment"/>.
    /// </summary>
    public ApnsEnvironment? Environment { get; set; }
}

/// <summary>The two environments of APNs.</summary>
public enum ApnsEnvironment
{
    /// <summary>
    /// <c>api.push.apple.com</c>, for apps from the App Store, TestFlight and enterprise distribution.
    /// </summary>
    Production,

    /// <summary><c>api.sandbox.push.apple.com</c>, for apps that Xcode installed for development.</summary>
    Sandbox,
}

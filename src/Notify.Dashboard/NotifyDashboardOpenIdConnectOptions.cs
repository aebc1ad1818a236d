using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Notify.Hosting;

namespace Notify.Dashboard;

/// <summary>
/// Settings of the identity provider at which people sign in to the dashboard, with the authorization code flow of OpenID Connect
/// and PKCE. Register the dashboard there as a web application with the redirect URI
/// <c>URL-OF-THE-DASHBOARD/sign-in/callback</c>.
/// </summary>
public sealed class NotifyDashboardOpenIdConnectOptions : IValidatableObject
{
    /// <summary>
    /// Gets or sets the URL of the issuer, under which <c>/.well-known/openid-configuration</c> is found. HTTPS, except on this
    /// machine. Required.
    /// </summary>
    [Required(ErrorMessage = "OpenIdConnect.Authority is required. Use the URL of the issuer.")]
    public Uri? Authority { get; set; }

    /// <summary>Gets or sets the client ID that the identity provider gave to the dashboard. Required.</summary>
    [Required(ErrorMessage = "OpenIdConnect.ClientId is required. Register the dashboard at the identity provider.")]
    public string? ClientId { get; set; }

    /// <summary>Gets or sets the client secret; null for a public client, which PKCE protects. Default: null.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>Gets the scopes to ask for. Default: <c>openid profile email</c>.</summary>
    public IList<string> Scopes { get; } = ["openid", "profile", "email"];

    /// <summary>
    /// Gets or sets the name of the identity provider in "Sign in with …". Default: <c>your company account</c>.
    /// </summary>
    [Required]
    [StringLength(64, MinimumLength = 1)]
    public string DisplayName { get; set; } = "your company account";

    /// <summary>
    /// Gets or sets the URL of the dashboard in a browser; null to compute it from the request. Set it if a proxy changes the
    /// host or the path. Default: null.
    /// </summary>
    public Uri? DashboardUrl { get; set; }

    /// <summary>
    /// Gets or sets the function that translates the claims of the identity provider to those that
    /// <see cref="NotificationsApiOptions"/> names. It returns null for a person who may not sign in. Null keeps <c>sub</c>,
    /// <c>name</c>, <c>email</c> and <c>email_verified</c>, by which members are found. Default: null.
    /// </summary>
    public Func<ClaimsPrincipal, ClaimsPrincipal?>? CreatePerson { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Authority is { } authority && !IsSafe(authority))
            yield return new($"OpenIdConnect.Authority is '{authority}'. Use an absolute URL with https.", [nameof(Authority)]);
        if (DashboardUrl is { } url && !IsSafe(url))
            yield return new($"OpenIdConnect.DashboardUrl is '{url}'. Use an absolute URL with https.", [nameof(DashboardUrl)]);
        if (!Scopes.Contains("openid"))
            yield return new("OpenIdConnect.Scopes must contain 'openid'.", [nameof(Scopes)]);
    }

    // An answer of the issuer, or a code, must not be readable on the way.
    private static bool IsSafe(Uri url) =>
        url.IsAbsoluteUri && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));
}

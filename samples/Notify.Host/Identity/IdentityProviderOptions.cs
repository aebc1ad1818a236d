using System.ComponentModel.DataAnnotations;

namespace Notify.Host.Identity;

/// <summary>
/// The options of the identity provider at which people sign in (<c>Notify:OpenIdConnect</c>). Its access tokens identify
/// callers. They are validated at start.
/// </summary>
internal sealed class IdentityProviderOptions : IValidatableObject
{
    /// <summary>The name of the section in <c>Notify</c>.</summary>
    public const string Section = "OpenIdConnect";

    /// <summary>
    /// Gets or sets the URL of the issuer, under which <c>/.well-known/openid-configuration</c> is found. HTTPS, except on this
    /// machine.
    /// </summary>
    [Required(ErrorMessage = "Notify:OpenIdConnect:Authority is required. Use the URL of the issuer.")]
    public Uri? Authority { get; set; }

    /// <summary>Gets or sets the audience that a token for Notify has in the claim <c>aud</c>.</summary>
    [Required(ErrorMessage = "Notify:OpenIdConnect:Audience is required. Use the name of this API at the identity provider.")]
    public string? Audience { get; set; }

    /// <summary>
    /// Gets or sets the client ID of the dashboard at the identity provider; null if people sign in there only with API keys.
    /// </summary>
    public string? ClientId { get; set; }

    /// <summary>Gets or sets the client secret of the dashboard; null for a public client, which PKCE protects.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>
    /// Gets or sets the URL of the dashboard in a browser; null to compute it from the request. Needed if a proxy changes the
    /// host or the path.
    /// </summary>
    public Uri? DashboardUrl { get; set; }

    /// <summary>Gets or sets the name of the identity provider on the button of the dashboard.</summary>
    [Required]
    [StringLength(64, MinimumLength = 1)]
    public string DisplayName { get; set; } = "your company account";

    /// <summary>
    /// Gets or sets the claim with the tenant of a person; null if the scopes and roles in tokens are for the tenant
    /// <c>default</c>. Without effect on members.
    /// </summary>
    public string? TenantClaim { get; set; }

    /// <summary>
    /// Gets or sets the claim with scopes; null if tokens grant none. Use it only if the identity provider decides per person
    /// which scopes it grants.
    /// </summary>
    public string? ScopeClaim { get; set; }

    /// <summary>Gets or sets the claim with roles; null if tokens grant none.</summary>
    public string? RoleClaim { get; set; }

    /// <summary>Gets or sets what the scopes and roles of Notify begin with in tokens, such as <c>notify.</c>.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>Gets or sets the claim with the name of a person, for the audit log.</summary>
    [Required]
    public string NameClaim { get; set; } = "name";

    /// <summary>Gets or sets the claim with the email address of a person, by which members are found.</summary>
    [Required]
    public string EmailClaim { get; set; } = "email";

    /// <summary>
    /// Gets or sets whether an email address counts without the claim <c>email_verified</c>. Use it only if people cannot choose
    /// their addresses at the identity provider.
    /// </summary>
    public bool TrustEmail { get; set; }

    /// <summary>
    /// Gets or sets the shortest time between two requests for the keys of the identity provider that tokens with an unknown key
    /// cause. The default is 30 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeyRefreshInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Authority is { } authority && !IssuerUrl.IsSafe(authority))
        {
            yield return new ValidationResult(
                $"Notify:OpenIdConnect:Authority is '{authority}'. Use an absolute URL with https.",
                [nameof(Authority)]
            );
        }

        if (TenantClaim is not null && ScopeClaim is null && RoleClaim is null)
        {
            yield return new ValidationResult(
                "Notify:OpenIdConnect:TenantClaim needs ScopeClaim or RoleClaim. Roles of members need none of them.",
                [nameof(TenantClaim)]
            );
        }
    }

    /// <summary>Determines whether an identity provider is configured.</summary>
    public static bool AreIn(IConfiguration settings) => settings.GetSection(Section).GetChildren().Any();
}

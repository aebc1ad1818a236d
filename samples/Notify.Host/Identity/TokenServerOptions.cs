using System.ComponentModel.DataAnnotations;

namespace Notify.Host.Identity;

/// <summary>
/// The options of the server that issues access tokens to clients (<c>Notify:TokenServer</c>). They are validated at start.
/// </summary>
internal sealed class TokenServerOptions : IValidatableObject
{
    /// <summary>The name of the section in <c>Notify</c>.</summary>
    public const string Section = "TokenServer";

    /// <summary>The audience of all tokens.</summary>
    public const string Audience = "notify";

    /// <summary>
    /// Gets or sets the URL at which clients reach the server, which is the issuer of its tokens. HTTPS, except on this machine.
    /// </summary>
    [Required(ErrorMessage = "Notify:TokenServer:Issuer is required. Use the URL at which clients reach the host.")]
    public Uri? Issuer { get; set; }

    /// <summary>
    /// Gets or sets the time for which a token is valid, between 1 minute and 1 hour. The default is 10 minutes. A revocation
    /// takes effect within seconds, however long this time is.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "01:00:00")]
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Gets or sets the time for which a key signs before the next one replaces it, between 2 seconds and 1 year. The default is
    /// 30 days.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:02", "365.00:00:00")]
    public TimeSpan KeyLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Gets or sets the time for which a key is published before it signs, so that everyone who keeps the keys has it by then.
    /// Between 1 second and <see cref="KeyLifetime"/>. The default is 1 day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan KeyLead { get; set; } = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Issuer is { } issuer && !(IssuerUrl.IsSafe(issuer) && issuer is { Query: "", Fragment: "" }))
        {
            yield return new ValidationResult(
                $"Notify:TokenServer:Issuer is '{issuer}'. Use an absolute URL with https, without a query.",
                [nameof(Issuer)]
            );
        }

        if (KeyLead >= KeyLifetime)
        {
            yield return new ValidationResult(
                "Notify:TokenServer:KeyLead must be shorter than KeyLifetime.",
                [nameof(KeyLead), nameof(KeyLifetime)]
            );
        }
    }

    /// <summary>Determines whether the server is configured.</summary>
    public static bool AreIn(IConfiguration settings) => settings.GetSection(Section).GetChildren().Any();
}

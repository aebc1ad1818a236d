using System.ComponentModel.DataAnnotations;

namespace Notify.Dashboard;

/// <summary>Settings of the dashboard.</summary>
public sealed class NotifyDashboardOptions
{
    /// <summary>
    /// Gets or sets the time after which a person who does not use the dashboard must sign in again. Default: 8 hours; 1 minute
    /// to 30 days.
    /// </summary>
    [TimeRange("00:01:00", "30.00:00:00")]
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(8);

    /// <summary>Gets or sets the name that the pages show beside the logo. Default: <c>Notify</c>.</summary>
    [Required]
    [StringLength(64, MinimumLength = 1)]
    public string Title { get; set; } = "Notify";

    /// <summary>
    /// Gets or sets the share of ended deliveries that should be sent. The overview shows how much of the permitted failures, the
    /// error budget, is left. Default: 0.99; 0.5 to 0.99999.
    /// </summary>
    [Range(0.5, 0.99999)]
    public double SuccessObjective { get; set; } = 0.99;

    /// <summary>
    /// Gets or sets the identity provider at which people sign in, beside the sign-in with an API key; null for none. Set
    /// <c>NotificationsApiOptions.UseMembers</c> too, so that the roles of members decide what they see. Default: null.
    /// </summary>
    public NotifyDashboardOpenIdConnectOptions? OpenIdConnect { get; set; }
}

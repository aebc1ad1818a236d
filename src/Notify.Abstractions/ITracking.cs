namespace Notify;

/// <summary>
/// Tracking of opens and clicks in the HTML of email, which a tenant switches on. It requires <c>AddTracking()</c>. The HTTP API
/// is built on this interface.
/// </summary>
public interface ITracking
{
    /// <summary>Gets what a tenant tracks, which is nothing by default.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<TrackingSettings> FindAsync(string tenant, CancellationToken cancellationToken = default);

    /// <summary>
    /// Replaces what a tenant tracks. It applies to email that is sent from then on, in other processes within 10 seconds.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">
    /// A setting is true, but the application does not call <c>AddTracking()</c>.
    /// </exception>
    ValueTask SaveAsync(string tenant, TrackingSettings settings, CancellationToken cancellationToken = default);

    /// <summary>Validates settings. A front end can use this method to report these errors together with its own.</summary>
    /// <param name="settings">The settings.</param>
    /// <returns>The errors; empty if the settings are valid.</returns>
    IReadOnlyList<FieldError> Validate(TrackingSettings settings);

    /// <summary>
    /// Finds where a link of a tracked email leads, and records that it was followed: an image that was loaded as
    /// <see cref="ReceiptKind.Opened"/>, once per delivery, and a link as <see cref="ReceiptKind.Clicked"/>, once per delivery
    /// and link. A failure to record is logged and changes nothing for the reader.
    /// </summary>
    /// <param name="token">The last segment of the URL.</param>
    /// <param name="isCounted">Whether to record it; false for a request that a program makes ahead of the reader.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The link; null if the token is not genuine.</returns>
    ValueTask<FollowedLink?> FollowAsync(string token, bool isCounted, CancellationToken cancellationToken = default);
}

/// <summary>The events that a tenant tracks in the HTML of email.</summary>
public sealed record TrackingSettings
{
    /// <summary>Gets whether an invisible image records that an email was opened. Default: false.</summary>
    public bool Opens { get; init; }

    /// <summary>
    /// Gets whether links lead through Notify, which records that they were followed. Default: false.
    /// </summary>
    public bool Clicks { get; init; }
}

/// <summary>A link of a tracked email.</summary>
public sealed record FollowedLink
{
    /// <summary>Gets where the link leads; null for the image that records opens.</summary>
    public required Uri? Target { get; init; }
}

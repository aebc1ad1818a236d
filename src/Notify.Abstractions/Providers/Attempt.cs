namespace Notify.Providers;

/// <summary>A call to a provider for one delivery, as recorded in the delivery's history.</summary>
public sealed record Attempt
{
    /// <summary>Gets the name of the provider that was called.</summary>
    public required string Provider { get; init; }

    /// <summary>Gets the time at which the call began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Gets the duration of the call.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Gets the outcome of the attempt.</summary>
    public required OutcomeKind Outcome { get; init; }

    /// <summary>
    /// Gets the reason why the message was not sent. For a sent message, describes what the vendor left out; null if nothing was.
    /// </summary>
    public string? Reason { get; init; }

    /// <summary>Gets the vendor's ID for the message; null if the vendor did not assign one.</summary>
    public string? ProviderMessageId { get; init; }

    /// <summary>Gets the cost that the vendor charges; null if the vendor does not report it.</summary>
    public Cost? Cost { get; init; }
}

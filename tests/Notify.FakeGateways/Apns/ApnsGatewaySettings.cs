namespace Notify.FakeGateways.Apns;

/// <summary>The settings of an <see cref="ApnsGateway"/>, fixed when it starts.</summary>
public sealed record ApnsGatewaySettings
{
    /// <summary>The clock that decides whether provider tokens have expired.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The bundle ids of the team's apps.</summary>
    public IReadOnlyCollection<string> BundleIds { get; init; } = [ApnsGateway.BundleId];

    /// <summary>Whether <see cref="ApnsGateway.Messages"/> keeps accepted notifications. If not, they are only counted.</summary>
    public bool KeepsMessages { get; init; } = true;

    /// <summary>The SETTINGS_MAX_CONCURRENT_STREAMS of each connection.</summary>
    public int MaxConcurrentStreams { get; init; } = 1000;
}

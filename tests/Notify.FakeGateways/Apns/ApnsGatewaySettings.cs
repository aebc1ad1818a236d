namespace Notify.FakeGateways.Apns;

/// <summary>What a gateway is like from its start on.</summary>
public sealed record ApnsGatewaySettings
{
    /// <summary>By which tokens are judged.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The apps that the team has.</summary>
    public IReadOnlyCollection<string> BundleIds { get; init; } = [ApnsGateway.BundleId];

    /// <summary>Whether <see cref="ApnsGateway.Messages"/> are kept; else they are counted alone.</summary>
    public bool KeepsMessages { get; init; } = true;

    /// <summary>SETTINGS_MAX_CONCURRENT_STREAMS of a connection.</summary>
    public int MaxConcurrentStreams { get; init; } = 1000;
}

namespace Notify.Providers;

/// <summary>
/// Says which platforms' push tokens a provider understands: registered as a service beside the provider. A provider without one
/// takes them all. Where <see cref="ChannelOptions"/> name no providers, those made for the fewest platforms are used.
/// </summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="Platforms">The platforms.</param>
public sealed record ProviderPlatforms(string Provider, params IReadOnlyList<Platform> Platforms);

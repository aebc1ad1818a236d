namespace Notify.Providers;

/// <summary>
/// The platforms whose push tokens a provider supports. It is registered as a service alongside the provider; a provider without
/// one supports all platforms. If <see cref="ChannelOptions"/> names no providers, the providers that support the fewest
/// platforms are used.
/// </summary>
/// <param name="Provider">The name of the provider.</param>
/// <param name="Platforms">The platforms.</param>
public sealed record ProviderPlatforms(string Provider, params IReadOnlyList<Platform> Platforms);

using System.Diagnostics.CodeAnalysis;

namespace Notify.Providers;

/// <summary>
/// The platforms whose push tokens a provider supports. It is registered as a service alongside the provider; a provider without
/// one supports all platforms. If <see cref="ChannelOptions"/> names no providers, the providers that support the fewest
/// platforms are used.
/// </summary>
public sealed record ProviderPlatforms
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public ProviderPlatforms() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="provider">The name of the provider.</param>
    /// <param name="platforms">The platforms.</param>
    [SetsRequiredMembers]
    public ProviderPlatforms(string provider, params IReadOnlyList<Platform> platforms)
    {
        Provider = provider;
        Platforms = platforms;
    }

    /// <summary>Gets the name of the provider.</summary>
    public required string Provider { get; init; }

    /// <summary>Gets the platforms.</summary>
    public required IReadOnlyList<Platform> Platforms { get; init; }
}

using Notify.Providers;

namespace Notify.Core.Providers;

/// <summary>
/// Determines which platforms devices and push tokens may have: the well-known ones, and those that a provider declares.
/// </summary>
internal sealed class PlatformRules(IEnumerable<ProviderPlatforms> declared)
{
    private readonly HashSet<Platform> _known = [.. Platform.WellKnown, .. declared.SelectMany(provider => provider.Platforms)];

    /// <summary>Finds the reason why a platform cannot be used; null if it can.</summary>
    public string? FindError(Platform platform) =>
        _known.Contains(platform)
            ? null
            : $"Use one of {string.Join(", ", _known.Select(known => known.Name).Order(StringComparer.Ordinal))}.";
}

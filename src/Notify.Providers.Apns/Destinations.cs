using System.Collections.Frozen;

namespace Notify.Providers.Apns;

/// <summary>The push service and bundle id of an app.</summary>
/// <param name="BaseUrl">The URL to which a device token is appended.</param>
/// <param name="BundleId">The app's bundle id, from which topics are built.</param>
internal readonly record struct Destination(string BaseUrl, string BundleId);

/// <summary>The destinations of all apps, by the name that their devices were registered with.</summary>
internal sealed class Destinations(ApnsOptions options)
{
    private readonly Destination _default = new(CreateBaseUrl(options, options.Environment), options.BundleId);
    private readonly FrozenDictionary<string, Destination> _apps = options.Apps.ToFrozenDictionary(
        app => app.Key,
        app => new Destination(
            CreateBaseUrl(options, app.Value.Environment ?? options.Environment),
            app.Value.BundleId ?? app.Key
        ),
        StringComparer.Ordinal
    );

    public Destination Get(string? app) =>
        app is null ? _default
        : _apps.TryGetValue(app, out var destination) ? destination
        : _default with { BundleId = app };

    private static string CreateBaseUrl(ApnsOptions options, ApnsEnvironment environment)
    {
        var address = options.BaseAddress?.AbsoluteUri
            ?? environment switch
            {
                ApnsEnvironment.Sandbox => "https://api.sandbox.push.apple.com",
                _ => "https://api.push.apple.com",
            };
        return address.TrimEnd('/') + "/3/device/";
    }
}

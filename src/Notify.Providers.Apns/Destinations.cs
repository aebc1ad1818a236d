using System.Collections.Frozen;

namespace Notify.Providers.Apns;

/// <summary>Where an app's notifications go.</summary>
/// <param name="Devices">The URL to which a device token is added.</param>
/// <param name="BundleId">The app, of which topics are made.</param>
internal readonly record struct Destination(string Devices, string BundleId);

/// <summary>Finds an app's push service and topic by the name that its devices were registered with.</summary>
internal sealed class Destinations(ApnsOptions options)
{
    private readonly Destination _default = new(Devices(options, options.Environment), options.BundleId);
    private readonly FrozenDictionary<string, Destination> _apps = options.Apps.ToFrozenDictionary(
        app => app.Key,
        app => new Destination(Devices(options, app.Value.Environment ?? options.Environment), app.Value.BundleId ?? app.Key),
        StringComparer.Ordinal
    );

    public Destination Of(string? app) =>
        app is null ? _default
        : _apps.TryGetValue(app, out var destination) ? destination
        : _default with { BundleId = app };

    private static string Devices(ApnsOptions options, ApnsEnvironment environment)
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

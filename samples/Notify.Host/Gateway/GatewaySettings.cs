using Notify.Hosting;

namespace Notify.Host.Gateway;

/// <summary>
/// The settings of the gateway in <c>Notify:Gateway</c>. For each feature of the API, a list of addresses of the processes that
/// serve it, such as <c>Notify:Gateway:Devices</c>. The gateway serves features without addresses itself.
/// </summary>
internal sealed class GatewaySettings
{
    private GatewaySettings(IReadOnlyDictionary<ApiFeatures, Uri[]> addresses) => Addresses = addresses;

    /// <summary>Gets the addresses of the processes that serve a feature.</summary>
    public IReadOnlyDictionary<ApiFeatures, Uri[]> Addresses { get; }

    /// <summary>Gets the features that are forwarded.</summary>
    public ApiFeatures Features => Addresses.Keys.Aggregate(ApiFeatures.None, (all, feature) => all | feature);

    /// <summary>
    /// Gets the port on which those processes accept HTTP/2 without TLS; null for none. Streams of lines in both directions need
    /// HTTP/2, because HTTP/1.1 clients read no answer before they have sent everything.
    /// </summary>
    public int? Http2Port { get; private init; }

    /// <summary>
    /// Gets the port on which those processes answer health checks without a key; null for that of the address.
    /// </summary>
    public int? HealthPort { get; private init; }

    /// <summary>Gets how often the processes are asked whether they are ready.</summary>
    public TimeSpan HealthInterval { get; private init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets how often a call is repeated at most.</summary>
    public int Retries { get; private init; } = 2;

    /// <summary>Gets how many bytes of a body are kept for repeating a call. A call with a larger body is not repeated.</summary>
    public int MaxReplayBytes { get; private init; } = 65_536;

    /// <summary>Gets how long a process may take to begin its answer to one try.</summary>
    public TimeSpan TryTimeout { get; private init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets after how long a stream is ended on which nothing is sent in either direction.</summary>
    public TimeSpan IdleTimeout { get; private init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Returns whether the process at an address accepts HTTP/2: with TLS always, otherwise only on its own port.
    /// </summary>
    public bool AcceptsHttp2(Uri address) => address.Scheme == Uri.UriSchemeHttps || Http2Port is not null;

    /// <summary>Reads the settings.</summary>
    /// <param name="settings">The section <c>Notify:Gateway</c>.</param>
    /// <param name="local">The features that other roles of this process serve. They are not forwarded.</param>
    /// <exception cref="InvalidOperationException">A setting is invalid.</exception>
    public static GatewaySettings Read(IConfigurationSection settings, ApiFeatures local)
    {
        var addresses = new Dictionary<ApiFeatures, Uri[]>();
        var defaults = new GatewaySettings(addresses);
        var known = new GatewaySettings(addresses)
        {
            Http2Port = ReadPort(settings, nameof(Http2Port)),
            HealthPort = ReadPort(settings, nameof(HealthPort)),
            HealthInterval = ReadTime(settings, nameof(HealthInterval), defaults.HealthInterval),
            Retries = (int)ReadNumber(settings, nameof(Retries), 0, 10, defaults.Retries),
            MaxReplayBytes = (int)ReadNumber(settings, nameof(MaxReplayBytes), 0, 104_857_600, defaults.MaxReplayBytes),
            TryTimeout = ReadTime(settings, nameof(TryTimeout), defaults.TryTimeout),
            IdleTimeout = ReadTime(settings, nameof(IdleTimeout), defaults.IdleTimeout),
        };
        string[] names = [.. typeof(GatewaySettings).GetProperties().Select(property => property.Name)];
        foreach (var child in settings.GetChildren())
        {
            if (Enum.TryParse<ApiFeatures>(child.Key, ignoreCase: true, out var feature) && feature is not (0 or ApiFeatures.All))
                addresses[feature] = ReadAddresses(child);
            else if (!names.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                throw new InvalidOperationException(
                    $"The setting '{child.Path}' is unknown. The gateway forwards "
                        + $"{string.Join(", ", Enum.GetNames<ApiFeatures>()[1..^1])}, each a list of addresses."
                );
        }

        foreach (var feature in addresses.Keys.Where(feature => local.HasFlag(feature)).ToArray())
            addresses.Remove(feature);
        return known;
    }

    private static Uri[] ReadAddresses(IConfigurationSection section)
    {
        var listed = section.Value ?? string.Join(' ', section.GetChildren().Select(child => child.Value));
        string[] texts = listed.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        return texts.Length > 0
            ? [.. texts.Select(Parse)]
            : throw new InvalidOperationException($"{section.Path} must have at least one address.");

        Uri Parse(string text) =>
            Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
                ? address
                : throw new InvalidOperationException(
                    $"{section.Path} contains '{text}'. Use addresses such as http://devices:8080, separated by spaces."
                );
    }

    private static int? ReadPort(IConfigurationSection settings, string name) =>
        settings[name] is { Length: > 0 } ? (int)ReadNumber(settings, name, 1, 65_535, 0) : null;

    private static long ReadNumber(IConfigurationSection settings, string name, long min, long max, long otherwise)
    {
        var value = settings.GetValue(name, otherwise);
        return settings[name] is null || (value >= min && value <= max)
            ? value
            : throw new InvalidOperationException($"{settings.Path}:{name} must be between {min} and {max}.");
    }

    private static TimeSpan ReadTime(IConfigurationSection settings, string name, TimeSpan otherwise)
    {
        var value = settings.GetValue(name, otherwise);
        return value >= TimeSpan.FromMilliseconds(100) && value <= TimeSpan.FromDays(1)
            ? value
            : throw new InvalidOperationException($"{settings.Path}:{name} must be between 100 ms and 1 day.");
    }
}

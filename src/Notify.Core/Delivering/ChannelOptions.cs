namespace Notify;

/// <summary>Which providers a channel uses. Options of this type are named by channel.</summary>
public sealed class ChannelOptions
{
    /// <summary>
    /// The names of the channel's providers, first choice first; the next one takes over when one fails. Empty means every
    /// provider of the channel in the order of registration, which is the default.
    /// </summary>
    public IList<string> Providers { get; } = [];

    /// <summary>For push: the providers of one platform's tokens, where they differ from <see cref="Providers"/>.</summary>
    public IDictionary<Platform, IList<string>> PlatformProviders { get; } = new Dictionary<Platform, IList<string>>();
}

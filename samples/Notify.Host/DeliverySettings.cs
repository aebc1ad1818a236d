namespace Notify.Host;

/// <summary>
/// Reads the options of channels and providers, such as <c>Notify:Channels:email:Retry:MaxAttempts</c>,
/// <c>Notify:Channels:email:Providers:0</c> and <c>Notify:Providers:smtp:MaxPerSecond</c>.
/// </summary>
internal static class DeliverySettings
{
    public static void AddDeliverySettings(this IServiceCollection services, IConfiguration settings)
    {
        foreach (var channel in settings.GetSection("Channels").GetChildren())
        {
            services.Configure<ChannelOptions>(channel.Key, channel);
            services.Configure<RetryOptions>(channel.Key, channel.GetSection("Retry"));
        }

        foreach (var provider in settings.GetSection("Providers").GetChildren())
            services.Configure<ProviderOptions>(provider.Key, provider);
    }
}

namespace Notify.Host;

/// <summary>
/// Reads how channels and providers are used: <c>Notify:Channels:email:Retry:MaxAttempts</c>, <c>Notify:Channels:email:Providers:0</c>,
/// <c>Notify:Providers:smtp:MaxPerSecond</c>.
/// </summary>
internal static class DeliverySettings
{
    public static void AddDeliverySettings(this IServiceCollection services, IConfiguration settings)
    {
        foreach (var channel in settings.GetSection("Channels").GetChildren())
        {
            services.AddOptions<ChannelOptions>(channel.Key).Bind(channel);
            services.AddOptions<RetryOptions>(channel.Key).Bind(channel.GetSection("Retry")).ValidateDataAnnotations().ValidateOnStart();
        }

        foreach (var provider in settings.GetSection("Providers").GetChildren())
            services.AddOptions<ProviderOptions>(provider.Key).Bind(provider).ValidateDataAnnotations().ValidateOnStart();
    }
}

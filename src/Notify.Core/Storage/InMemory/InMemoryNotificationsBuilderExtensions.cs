using Notify;
using Notify.Analytics;
using Notify.Queueing;
using Notify.Storage;
using Notify.Storage.InMemory;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the in-memory store.</summary>
public static class InMemoryNotificationsBuilderExtensions
{
    /// <summary>Keeps everything in memory, where a restart loses it. For tests.</summary>
    public static INotificationsBuilder UseInMemory(this INotificationsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<InMemoryStore>();
        builder.Services.AddSingleton<IDeliveryQueue>(services => services.GetRequiredService<InMemoryStore>());
        builder.Services.AddSingleton<INotificationStore>(services => services.GetRequiredService<InMemoryStore>());
        builder.Services.AddSingleton<IAnalyticsStore>(services => services.GetRequiredService<InMemoryStore>());
        return builder;
    }
}

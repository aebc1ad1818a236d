using Notify;
using Notify.Analytics;
using Notify.Planning;
using Notify.Queueing;
using Notify.Recipients;
using Notify.Settling;
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
        if (builder.Services.Any(service => service.ServiceType == typeof(InMemoryStore)))
            return builder;

        builder.Services.AddSingleton<InMemoryStore>();
        builder.Services.AddSingleton<IDeliveryQueue>(services => services.GetRequiredService<InMemoryStore>());
        builder.Services.AddSingleton<INotificationStore>(services => services.GetRequiredService<InMemoryStore>());
        builder.Services.AddSingleton<IExpansionStore>(services => services.GetRequiredService<InMemoryStore>());
        builder.Services.AddSingleton<IDigestStore>(services => services.GetRequiredService<InMemoryStore>());
        builder.Services.AddSingleton<InMemoryThrottles>();
        builder.Services.AddSingleton<IThrottleStore>(services => services.GetRequiredService<InMemoryThrottles>());
        builder.Services.AddSingleton<IReceiptStore>(services => services.GetRequiredService<InMemoryStore>());
        builder.Services.AddSingleton<IDeadLetterStore>(services => services.GetRequiredService<InMemoryStore>());
        builder.Services.AddSingleton<InMemoryRecipients>();
        builder.Services.AddSingleton<IUserStore>(services => services.GetRequiredService<InMemoryRecipients>());
        builder.Services.AddSingleton<IDeviceStore>(services => services.GetRequiredService<InMemoryRecipients>());
        builder.Services.AddSingleton<ITopicStore>(services => services.GetRequiredService<InMemoryRecipients>());
        builder.Services.AddSingleton<InMemoryRecipientChecks>();
        builder.Services.AddSingleton<IRecipientCheckStore>(services => services.GetRequiredService<InMemoryRecipientChecks>());
        builder.Services.AddSingleton<ITemplateStore, InMemoryTemplates>();
        builder.Services.AddSingleton<InMemoryAnalytics>();
        builder.Services.AddSingleton<IAnalyticsStore>(services => services.GetRequiredService<InMemoryAnalytics>());
        builder.Services.AddSingleton<IRetentionStore, InMemoryRetention>();
        builder.Services.AddSingleton<IErasureStore>(services => services.GetRequiredService<InMemoryStore>());
        builder.Services.AddSingleton<ISharedTokenStore, InMemorySharedTokens>();
        return builder;
    }
}

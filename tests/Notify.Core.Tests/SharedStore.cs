using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;

namespace Notify.Core.Tests;

/// <summary>Two applications on one store, as two processes are on one database.</summary>
internal static class SharedStore
{
    public static INotificationsBuilder ShareStoreWith(this INotificationsBuilder builder, IServiceProvider other)
    {
        Share<IDeliveryQueue>();
        Share<INotificationStore>();
        Share<IExpansionStore>();
        Share<IDigestStore>();
        Share<IThrottleStore>();
        Share<IReceiptStore>();
        Share<IDeadLetterStore>();
        Share<IUserStore>();
        Share<IDeviceStore>();
        Share<IRecipientListStore>();
        Share<IRecipientCheckStore>();
        Share<ITopicStore>();
        Share<IDocumentStore>();
        Share<ITemplateStore>();
        Share<IAnalyticsStore>();
        Share<ISharedTokenStore>();
        Share<IRetentionStore>();
        Share<IErasureStore>();
        return builder;

        void Share<T>()
            where T : class => builder.Services.AddSingleton<T>(_ => other.GetRequiredService<T>());
    }
}

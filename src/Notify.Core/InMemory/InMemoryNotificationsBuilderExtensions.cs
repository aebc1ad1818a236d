using Notify;
using Notify.Core.InMemory;
using Notify.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the in-memory store.</summary>
public static class InMemoryNotificationsBuilderExtensions
{
    /// <summary>Stores everything in memory, where it is lost when the process ends. Intended for tests.</summary>
    public static INotificationsBuilder UseInMemory(this INotificationsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Services.Any(service => service.ServiceType == typeof(InMemoryStore)))
            return builder;

        return builder.AddStore(
            new StoreServices
            {
                DeliveryQueue = typeof(InMemoryStore),
                Notifications = typeof(InMemoryStore),
                Expansions = typeof(InMemoryStore),
                Digests = typeof(InMemoryStore),
                Throttles = typeof(InMemoryThrottles),
                Receipts = typeof(InMemoryStore),
                DeadLetters = typeof(InMemoryStore),
                Users = typeof(InMemoryRecipients),
                Devices = typeof(InMemoryRecipients),
                RecipientChecks = typeof(InMemoryRecipientChecks),
                Topics = typeof(InMemoryRecipients),
                RecipientLists = typeof(InMemoryRecipients),
                Templates = typeof(InMemoryTemplates),
                Analytics = typeof(InMemoryAnalytics),
                SharedTokens = typeof(InMemorySharedTokens),
                Retention = typeof(InMemoryRetention),
                Erasures = typeof(InMemoryStore),
                Documents = typeof(InMemoryDocuments),
                Inboxes = typeof(InMemoryInboxes),
            }
        );
    }
}

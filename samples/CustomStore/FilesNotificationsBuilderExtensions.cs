using Notify;
using Notify.Storage;
using Notify.Storage.Files;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the store in JSON files.</summary>
public static class FilesNotificationsBuilderExtensions
{
    /// <summary>
    /// Keeps everything in a folder, in one JSON file per tenant. One process can use the folder at a time.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="folder">The folder. It is created if it does not exist.</param>
    public static INotificationsBuilder UseFiles(this INotificationsBuilder builder, string folder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);

        // The container creates the instance, so that it also disposes it, which releases the folder.
        builder.Services.AddSingleton(_ => new TenantFiles(folder));
        return builder.AddStore(
            new StoreServices
            {
                DeliveryQueue = typeof(FileDeliveryQueue),
                Notifications = typeof(FileNotificationStore),
                Expansions = typeof(FileExpansionStore),
                Digests = typeof(FileDigestStore),
                Throttles = typeof(FileThrottleStore),
                Receipts = typeof(FileReceiptStore),
                DeadLetters = typeof(FileDeadLetterStore),
                Users = typeof(FileUserStore),
                Devices = typeof(FileDeviceStore),
                RecipientChecks = typeof(FileRecipientCheckStore),
                Topics = typeof(FileTopicStore),
                RecipientLists = typeof(FileRecipientListStore),
                Templates = typeof(FileTemplateStore),
                Analytics = typeof(FileAnalyticsStore),
                SharedTokens = typeof(FileSharedTokenStore),
                Retention = typeof(FileRetentionStore),
                Erasures = typeof(FileErasureStore),
                Documents = typeof(FileDocumentStore),
                Inboxes = typeof(FileInboxStore),
                Health = typeof(FileStoreHealth),
            }
        );
    }
}

using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// The types that implement the services of a complete store. One type may implement several services. The container creates a
/// single instance of each type.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed class StoreServices
{
    /// <summary>Gets whether several processes can use the store at the same time. Default: false.</summary>
    public bool IsShared { get; init; }

    /// <summary>Gets the type that implements <see cref="IDeliveryQueue"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type DeliveryQueue { get; init; }

    /// <summary>Gets the type that implements <see cref="INotificationStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type Notifications { get; init; }

    /// <summary>Gets the type that implements <see cref="IExpansionStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type Expansions { get; init; }

    /// <summary>Gets the type that implements <see cref="IDigestStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type Digests { get; init; }

    /// <summary>Gets the type that implements <see cref="IThrottleStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type Throttles { get; init; }

    /// <summary>Gets the type that implements <see cref="IReceiptStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type Receipts { get; init; }

    /// <summary>Gets the type that implements <see cref="IDeadLetterStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type DeadLetters { get; init; }

    /// <summary>Gets the type that implements <see cref="IUserStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type Users { get; init; }

    /// <summary>Gets the type that implements <see cref="IDeviceStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type Devices { get; init; }

    /// <summary>Gets the type that implements <see cref="IRecipientCheckStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type RecipientChecks { get; init; }

    /// <summary>Gets the type that implements <see cref="ITopicStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type Topics { get; init; }

    /// <summary>Gets the type that implements <see cref="IRecipientListStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type RecipientLists { get; init; }

    /// <summary>Gets the type that implements <see cref="ITemplateStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type Templates { get; init; }

    /// <summary>Gets the type that implements <see cref="IAnalyticsStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type Analytics { get; init; }

    /// <summary>Gets the type that implements <see cref="ISharedTokenStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type SharedTokens { get; init; }

    /// <summary>Gets the type that implements <see cref="IRetentionStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type Retention { get; init; }

    /// <summary>Gets the type that implements <see cref="IErasureStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type Erasures { get; init; }

    /// <summary>Gets the type that implements <see cref="IDocumentStore"/>.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public required Type Documents { get; init; }

    /// <summary>Gets the type that implements <see cref="IInboxStore"/>; null if the store has no inboxes.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public Type? Inboxes { get; init; }

    /// <summary>
    /// Gets the type that implements <see cref="IOutbox"/>; null if the store cannot take part in a transaction of the
    /// application.
    /// </summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public Type? Outbox { get; init; }

    /// <summary>Gets the type that implements <see cref="IStoreHealth"/>; null if the store has no health check.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public Type? Health { get; init; }
}

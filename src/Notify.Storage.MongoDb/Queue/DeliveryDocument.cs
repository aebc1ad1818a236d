using MongoDB.Bson;
using Notify.Providers;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>Converts deliveries to and from documents.</summary>
internal static class DeliveryDocument
{
    public static BsonDocument Create(QueuedDelivery queued)
    {
        var delivery = queued.Delivery;
        var document = new BsonDocument
        {
            { DeliveryField.Id, delivery.Id.ToBsonValue() },
            { DeliveryField.Notification, delivery.NotificationId.ToBsonValue() },
            { DeliveryField.Tenant, delivery.Tenant },
            { DeliveryField.User, GetUser(delivery) },
            { DeliveryField.Priority, (int)delivery.Priority },
            { DeliveryField.Provider, delivery.Provider },
            { DeliveryField.Channel, delivery.To.Channel.Name },
            { DeliveryField.Address, delivery.To.Value },
            { DeliveryField.Content, delivery.ContentIndex },
            { DeliveryField.AcceptedAt, delivery.AcceptedAt.ToBsonValue() },
            { DeliveryField.NotBefore, delivery.DueAt.ToBsonValue() },
            { DeliveryField.ExpiresAt, delivery.ExpiresAt.ToBsonValue() },
            { DeliveryField.Fence, queued.Lease?.Fence ?? 0 },
            { DeliveryField.Spent, delivery.AttemptsSpent },
            { DeliveryField.RetryDelay, delivery.RetryDelay.Ticks },
        };
        document
            .With(DeliveryField.IsDirect, delivery.UserId is null ? true : null)
            .With(DeliveryField.AddressKey, queued.AddressKey?.ToBsonValue())
            .With(DeliveryField.OwnContent, StoredForm.WriteOwnContent(delivery))
            .With(DeliveryField.Platform, delivery.To.Platform?.Name)
            .With(DeliveryField.App, delivery.To.App)
            .With(DeliveryField.Topic, delivery.Topic)
            .With(DeliveryField.DeviceId, delivery.DeviceId)
            .With(DeliveryField.CollapseKey, delivery.CollapseKey)
            .With(DeliveryField.Chain, delivery.Fallback?.Chain.ToBsonValue())
            .With(DeliveryField.Step, delivery.Fallback?.Step);
        return queued.CancelledBecause is { } reason
            ? Cancelled(document, reason, delivery.AcceptedAt)
            : Pending(document, queued);
    }

    /// <summary>
    /// Reads a delivery without its contents, which <see cref="StoredContents.Complete"/> adds: contents are read once for
    /// many deliveries.
    /// </summary>
    public static Delivery Read(BsonDocument document) =>
        new()
        {
            Id = document[DeliveryField.Id].AsGuid,
            NotificationId = GetNotification(document),
            Tenant = document[DeliveryField.Tenant].AsString,
            Priority = StoredForm.ReadPriority(document[DeliveryField.Priority].AsInt32),
            To = new Address(Channel.Create(document[DeliveryField.Channel].AsString), document[DeliveryField.Address].AsString)
            {
                Platform = document.TextOrNull(DeliveryField.Platform) is { } platform ? Platform.Create(platform) : null,
                App = document.TextOrNull(DeliveryField.App),
            },
            Provider = document[DeliveryField.Provider].AsString,
            Content = StoredForm.ReadOwnContent(document.ValueOrNull(DeliveryField.OwnContent)?.AsByteArray),
            ContentIndex = document[DeliveryField.Content].AsInt32,
            UserId = document.Contains(DeliveryField.IsDirect) ? null : document[DeliveryField.User].AsString,
            Topic = document.TextOrNull(DeliveryField.Topic),
            DeviceId = document.TextOrNull(DeliveryField.DeviceId),
            CollapseKey = document.TextOrNull(DeliveryField.CollapseKey),
            Fallback = FindPlace(document),
            AcceptedAt = document[DeliveryField.AcceptedAt].AsTime(),
            DueAt = document[DeliveryField.NotBefore].AsTime(),
            ExpiresAt = document[DeliveryField.ExpiresAt].AsTime(),
            AttemptsSpent = document[DeliveryField.Spent].AsInt32,
            RetryDelay = TimeSpan.FromTicks(document[DeliveryField.RetryDelay].AsInt64),
        };

    public static DeliveryRecord ReadRecord(BsonDocument document) =>
        new()
        {
            Delivery = Read(document),
            State = StoredForm.ReadState(document[DeliveryField.State].AsInt32),
            DueAt = document.TimeOrNull(DeliveryField.DueAt),
            EndedAt = document.TimeOrNull(DeliveryField.EndedAt),
            Reason = document.TextOrNull(DeliveryField.Reason),
            Attempts = StoredForm.ReadHistory(Joined(document, DeliveryField.Attempts)),
            Receipts = StoredForm.ReadReceipts(Joined(document, DeliveryField.Receipts)),
            IsInFlight = document.ValueOrNull(DeliveryField.Owner) is not null,
        };

    public static Guid GetNotification(BsonDocument document) => document[DeliveryField.Notification].AsGuid;

    public static FallbackPlace? FindPlace(BsonDocument document) =>
        document.ValueOrNull(DeliveryField.Chain) is { } chain
            ? new FallbackPlace(chain.AsGuid, document[DeliveryField.Step].AsInt32)
            : null;

    /// <summary>
    /// Gets the user part of the shard key. A direct address has no user; a hash of it is used instead. The links of a chain
    /// have the same hash whatever their addresses, so they stay on one shard.
    /// </summary>
    public static string GetUser(Delivery delivery) =>
        delivery.UserId
        ?? delivery.Fallback?.Chain.ToString("N")
        ?? Convert.ToHexString(RecipientHash.Compute($"{delivery.To.Channel}/{delivery.To.Value}"));

    private static BsonDocument Pending(BsonDocument document, QueuedDelivery queued) =>
        document
            .Add(DeliveryField.State, (int)DeliveryState.Pending)
            .Add(DeliveryField.DueAt, queued.DueAt.ToBsonValue())
            .With(DeliveryField.Owner, queued.Owner)
            .With(DeliveryField.Collapse, queued.Delivery.CollapseKey is null ? null : CollapseWriter.GetGroup(queued.Delivery));

    private static BsonDocument Cancelled(BsonDocument document, string reason, DateTimeOffset at) =>
        document
            .Add(DeliveryField.State, (int)DeliveryState.Cancelled)
            .Add(DeliveryField.Reason, reason)
            .Add(DeliveryField.EndedAt, at.ToBsonValue());

    private static string Joined(BsonDocument document, string field) =>
        document.ValueOrNull(field) is { } parts ? string.Concat(parts.AsBsonArray.Select(part => part.AsString)) : "";
}

using MongoDB.Bson;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>Converts the progress of expansions to and from documents.</summary>
internal static class ExpansionDocument
{
    public const string Id = "_id";
    public const string Notification = "notification";
    public const string Topic = "topic";
    public const string Position = "position";
    public const string Total = "total";
    public const string Cursor = "cursor";
    public const string Done = "done";
    public const string DueAt = TurnLeases.DueAt;
    public const string Tenant = TurnLeases.Tenant;
    public const string Failures = "failures";
    public const string Reason = "reason";
    public const string Fence = "fence";
    public const string UpdatedAt = "updatedAt";

    /// <summary>
    /// The current batch. The field is set from the write that advances the expansion until the whole batch is written.
    /// </summary>
    public const string Writing = "writing";

    /// <summary>Set if the current batch is the last one.</summary>
    public const string IsLast = "last";

    /// <summary>The projection of the id and the shard key of an expansion.</summary>
    public static readonly BsonDocument Key = new(Notification, 1);

    public static ProgressRow ReadRow(BsonDocument expansion)
    {
        var done = expansion[Done].AsInt64;
        return new ProgressRow
        {
            NotificationId = expansion[Notification].AsGuid,
            Kind = ProgressRowKind.Expansion,
            State = (int)(
                expansion.Contains(DueAt) ? ExpansionState.Running
                : expansion.TextOrNull(Reason) is not null ? ExpansionState.DeadLetter
                : done < expansion[Total].AsInt64 ? ExpansionState.Stopped
                : ExpansionState.Complete
            ),
            Count = done,
        };
    }

    public static string GetId(Guid notificationId, string topic) => BsonForm.Key(notificationId.ToString("N"), topic);

    public static BsonDocument Create(Notification notification, NewExpansion expansion, int position) =>
        new BsonDocument
        {
            { Id, GetId(notification.Id, expansion.Topic) },
            { Notification, notification.Id.ToBsonValue() },
            { Topic, expansion.Topic },
            { Position, position },
            { Total, expansion.Total },
            { Cursor, "" },
            { Done, 0L },
            { Tenant, notification.Tenant },
            { Failures, 0 },
            { Fence, 0L },
            { UpdatedAt, notification.AcceptedAt.ToBsonValue() },
        }.With(DueAt, expansion.DueAt?.ToBsonValue());
}

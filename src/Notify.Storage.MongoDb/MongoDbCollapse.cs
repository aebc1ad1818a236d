using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Queueing;
using Notify.Storage.PostgreSql;

namespace Notify.Storage.MongoDb;

/// <summary>
/// Lets the newest of the deliveries with one collapse key take the place of those that wait. Everybody does so after its own
/// delivery counts, so of two that come at the same time the later one to count sees the other, and exactly the newest stays.
/// </summary>
internal sealed class MongoDbCollapse(MongoDbDatabase database, ArrivalOrder order)
{
    /// <summary>Says what new deliveries may take the place of, and that they are newer than all that are there.</summary>
    public async ValueTask PrepareAsync(
        IEnumerable<BsonDocument> added,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        BsonDocument[] collapsing = [.. added.Where(document => document.Contains(DeliveryField.Collapse))];
        if (collapsing.Length == 0)
            return;

        foreach (var document in collapsing)
            document[DeliveryField.Order] = order.Next();
        var ahead = await database
            .DeliveriesNow.FindAsync(
                session,
                AnyOf(collapsing, "$gt"),
                new BsonDocument(DeliveryField.Order, 1),
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        var last = ahead.Select(document => document[DeliveryField.Order].AsString).Max(StringComparer.Ordinal);
        if (last is null)
            return;
        foreach (var document in collapsing)
            document[DeliveryField.Order] = order.Next(last);
    }

    /// <summary>What the deliveries have in common of which one takes the others' place.</summary>
    public static string GroupOf(Delivery delivery) =>
        Convert.ToHexString(
            RecipientHash.Of(
                BsonForm.Key(
                    delivery.Tenant,
                    delivery.CollapseKey!,
                    delivery.To.Channel.Name,
                    delivery.To.Value,
                    delivery.To.Platform?.ToString() ?? "",
                    delivery.To.App is { } app ? $"app {app}" : ""
                )
            )
        );

    public async ValueTask ApplyAsync(
        IReadOnlyList<BsonDocument> added,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        BsonDocument[] newest =
        [
            .. added
                .Where(document => document.Contains(DeliveryField.Collapse))
                .GroupBy(document => document[DeliveryField.Collapse])
                .Select(group => group.MaxBy(document => document[DeliveryField.Order].AsString, StringComparer.Ordinal)!),
        ];
        if (newest.Length == 0)
            return;

        var newer = await NewerAsync(newest, session, cancellationToken).ConfigureAwait(false);
        await database
            .Deliveries.WriteAsync(
                session,
                newest.Select(document => Supersede(newer.GetValueOrDefault(document[DeliveryField.Collapse], document))),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>By group, the newest delivery that counts, where one is newer than those that were added.</summary>
    private async ValueTask<Dictionary<BsonValue, BsonDocument>> NewerAsync(
        BsonDocument[] added,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        var found = await database
            .DeliveriesNow.FindAsync(session, AnyOf(added, "$gt"), cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        if (found.Count == 0)
            return [];

        var of = found.Select(document => document[DeliveryField.Notification]).Distinct();
        var notifications = await database
            .NotificationsNow.FindAsync(
                session,
                new BsonDocument
                {
                    { NotificationDocument.Id, new BsonDocument("$in", new BsonArray(of)) },
                    { NotificationDocument.IsGivenUp, new BsonDocument("$ne", true) },
                },
                new BsonDocument(NotificationDocument.Id, 1),
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        var counting = notifications.Select(document => document[NotificationDocument.Id]).ToHashSet();
        return found
            .Where(document => counting.Contains(document[DeliveryField.Notification]))
            .GroupBy(document => document[DeliveryField.Collapse])
            .ToDictionary(
                group => group.Key,
                group => group.MaxBy(document => document[DeliveryField.Order].AsString, StringComparer.Ordinal)!
            );
    }

    // Not itself: one that is written again, because its answer was lost, has kept the order that it was written with first.
    private static UpdateManyModel<BsonDocument> Supersede(BsonDocument newest)
    {
        var now = newest[DeliveryField.AcceptedAt];
        var waiting = InGroup(newest, "$lt")
            .Add(DeliveryField.Id, new BsonDocument("$ne", newest[DeliveryField.Id]))
            .Merge(DeliveryUpdate.IsFree(now));
        return new UpdateManyModel<BsonDocument>(waiting, DeliveryUpdate.Cancel("superseded", now));
    }

    private static BsonDocument AnyOf(BsonDocument[] documents, string comparison) =>
        new("$or", new BsonArray(documents.Select(document => InGroup(document, comparison))));

    private static BsonDocument InGroup(BsonDocument document, string comparison) =>
        new()
        {
            { DeliveryField.Collapse, document[DeliveryField.Collapse] },
            { DeliveryField.Order, new BsonDocument(comparison, document[DeliveryField.Order]) },
        };
}

using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Providers;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>
/// Keeps only the newest of the waiting deliveries with one collapse key. Every process looks for older deliveries after its
/// own delivery counts. Of two processes that add deliveries at the same time, the later one therefore sees the other, and
/// exactly the newest delivery stays. A process that crashes before it looks leaves older deliveries behind; they are
/// cancelled when they are leased.
/// </summary>
internal sealed class CollapseWriter(
    StoreDatabase database,
    ArrivalOrder order,
    ContentReader contents,
    ILogger<CollapseWriter> logger
)
{
    private static readonly BsonDocument Fields = new()
    {
        { DeliveryField.User, 1 },
        { DeliveryField.Tenant, 1 },
        { DeliveryField.Notification, 1 },
        { DeliveryField.Collapse, 1 },
        { DeliveryField.Order, 1 },
        { DeliveryField.AcceptedAt, 1 },
    };

    /// <summary>
    /// Marks new deliveries with their collapse group, and with an order that makes them newer than the stored ones.
    /// </summary>
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
        var ahead = await FindWaitingAsync(collapsing, "$gt", session, cancellationToken).ConfigureAwait(false);
        var last = ahead.Select(document => document[DeliveryField.Order].AsString).Max(StringComparer.Ordinal);
        if (last is null)
            return;
        foreach (var document in collapsing)
            document[DeliveryField.Order] = order.Next(last);
    }

    /// <summary>Gets the collapse group of a delivery, which is the same for deliveries that supersede each other.</summary>
    public static string GetGroup(Delivery delivery) =>
        Convert.ToHexString(
            RecipientHash.Compute(
                BsonForm.Key(
                    delivery.Tenant,
                    delivery.CollapseKey!,
                    delivery.To.Channel.Name,
                    delivery.To.Normalize().Value,
                    delivery.To.Platform?.ToString() ?? "",
                    delivery.To.App is { } app ? $"app {app}" : ""
                )
            )
        );

    /// <summary>Cancels the deliveries that the added ones supersede.</summary>
    /// <param name="added">Deliveries whose notifications are stored now.</param>
    /// <param name="fresh">Those of them that were not stored before; the others keep their order.</param>
    /// <param name="session">The application's session, if it has a transaction.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async ValueTask ApplyAsync(
        IReadOnlyList<BsonDocument> added,
        IReadOnlySet<BsonDocument> fresh,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        BsonDocument[] collapsing = [.. added.Where(document => document.Contains(DeliveryField.Collapse))];
        if (collapsing.Length == 0)
            return;

        // If the transaction fails here, all of it is undone. Without one, the deliveries are already stored and count.
        if (session is not null)
            await SupersedeAsync(collapsing, fresh, session, cancellationToken).ConfigureAwait(false);
        else
            await AfterCommit
                .RunAsync(logger, "collapse", () => SupersedeAsync(collapsing, fresh, null, cancellationToken))
                .ConfigureAwait(false);
    }

    /// <summary>
    /// Cancels those of the given due deliveries that a newer one supersedes, and returns their ids. The process that added
    /// the newer one has usually done so, unless it crashed.
    /// </summary>
    public async ValueTask<IReadOnlySet<Guid>> CancelSupersededAsync(
        IReadOnlyList<BsonDocument> found,
        CancellationToken cancellationToken
    )
    {
        BsonDocument[] collapsing = [.. found.Where(document => document.Contains(DeliveryField.Collapse))];
        if (collapsing.Length == 0)
            return new HashSet<Guid>();

        var newest = await FindNewestAsync(collapsing, null, cancellationToken).ConfigureAwait(false);
        var superseded = new HashSet<Guid>();
        var writes = new List<WriteModel<BsonDocument>>();
        foreach (var document in collapsing)
        {
            if (!newest.TryGetValue(document[DeliveryField.Collapse], out var other) || !IsNewer(other, document))
                continue;

            // If its lease or state has changed since it was found, another process has handled it.
            superseded.Add(document[DeliveryField.Id].AsGuid);
            var asFound = DeliveryUpdate.GetKey(document).Add(DeliveryField.Fence, document[DeliveryField.Fence]);
            writes.Add(
                new UpdateOneModel<BsonDocument>(asFound, DeliveryUpdate.Cancel("superseded", other[DeliveryField.AcceptedAt]))
            );
        }

        if (writes.Count > 0)
            await database.Deliveries.WriteAsync(null, writes, cancellationToken).ConfigureAwait(false);
        return superseded;
    }

    private async ValueTask SupersedeAsync(
        BsonDocument[] added,
        IReadOnlySet<BsonDocument> fresh,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        var waiting = await FindWaitingAsync(added, null, session, cancellationToken).ConfigureAwait(false);
        var ids = waiting.Select(document => document[DeliveryField.Id]).ToHashSet();
        var counting = added.Select(document => document[DeliveryField.Notification]).ToHashSet();
        BsonDocument[] others = [.. waiting.Where(document => !counting.Contains(document[DeliveryField.Notification]))];
        if (others.Length > 0)
        {
            var there = await contents
                .ThereAsync(others.Select(DeliveryDocument.GetNotification), session, cancellationToken)
                .ConfigureAwait(false);
            counting.UnionWith(there.Select(BsonForm.ToBsonValue));
        }

        // An added delivery supersedes older ones even if it has already been sent.
        var newest = waiting
            .Where(document => counting.Contains(document[DeliveryField.Notification]))
            .Concat(added.Where(document => fresh.Contains(document) && !ids.Contains(document[DeliveryField.Id])))
            .GroupBy(document => document[DeliveryField.Collapse])
            .ToDictionary(
                group => group.Key,
                group => group.MaxBy(document => document[DeliveryField.Order].AsString, StringComparer.Ordinal)!
            );
        WriteModel<BsonDocument>[] writes =
        [
            .. waiting
                .Where(document =>
                    newest.TryGetValue(document[DeliveryField.Collapse], out var other) && IsNewer(other, document)
                )
                .Select(document => Supersede(document, newest[document[DeliveryField.Collapse]][DeliveryField.AcceptedAt])),
        ];
        if (writes.Length > 0)
            await database.Deliveries.WriteAsync(session, writes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds, by group, the newest waiting delivery that counts and is newer than one of the given ones.</summary>
    private async ValueTask<Dictionary<BsonValue, BsonDocument>> FindNewestAsync(
        BsonDocument[] than,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        var found = await FindWaitingAsync(than, "$gt", session, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0)
            return [];

        var counting = await contents
            .ThereAsync(found.Select(DeliveryDocument.GetNotification), session, cancellationToken)
            .ConfigureAwait(false);
        return found
            .Where(document => counting.Contains(DeliveryDocument.GetNotification(document)))
            .GroupBy(document => document[DeliveryField.Collapse])
            .ToDictionary(
                group => group.Key,
                group => group.MaxBy(document => document[DeliveryField.Order].AsString, StringComparer.Ordinal)!
            );
    }

    /// <summary>
    /// Finds the waiting deliveries of the groups of the given ones. Their orders are compared here: a filter with a branch
    /// for each group would make the server plan each branch.
    /// </summary>
    private ValueTask<List<BsonDocument>> FindWaitingAsync(
        BsonDocument[] ofGroups,
        string? than,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        var groups = ofGroups.Select(document => document[DeliveryField.Collapse]).Distinct();
        var oldest = ofGroups.Select(document => document[DeliveryField.Order].AsString).Min(StringComparer.Ordinal);
        var filter = new BsonDocument
        {
            { DeliveryField.Collapse, new BsonDocument("$in", new BsonArray(groups)) },
            { DeliveryField.DueAt, new BsonDocument("$exists", true) },
        }.With(DeliveryField.Order, than is null ? null : new BsonDocument(than, oldest));
        return database.DeliveriesNow.FindAsync(session, filter, Fields, cancellationToken: cancellationToken);
    }

    private static bool IsNewer(BsonDocument one, BsonDocument other) =>
        string.CompareOrdinal(one[DeliveryField.Order].AsString, other[DeliveryField.Order].AsString) > 0;

    private static UpdateOneModel<BsonDocument> Supersede(BsonDocument document, BsonValue now) =>
        new(DeliveryUpdate.GetKey(document).Merge(DeliveryUpdate.IsFree(now)), DeliveryUpdate.Cancel("superseded", now));
}

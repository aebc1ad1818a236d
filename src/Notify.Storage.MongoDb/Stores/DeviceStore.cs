using System.Security.Cryptography;
using System.Text;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Schema;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>
/// Keeps devices by user, because every push looks them up by user. A registration writes its document and then removes older
/// ones of the same device or with the same token, or its own if a newer one exists. However many registrations run at the
/// same time, the newest stays.
/// </summary>
internal sealed class DeviceStore(StoreDatabase database, ArrivalOrder order) : IDeviceStore
{
    private static readonly BsonDocument ByDevice = new(DeviceField.Device, 1);

    public async ValueTask RegisterAsync(Device device, CancellationToken cancellationToken)
    {
        var alike = Alike(device);
        var known = await database.Devices.FindAsync(alike, cancellationToken).ConfigureAwait(false);
        var newest = known.MaxBy(document => document[DeviceField.Order].AsString, StringComparer.Ordinal);
        var mine = CreateDocument(device, known, order.Next(newest?[DeviceField.Order].AsString));
        await WriteAsync(mine, cancellationToken).ConfigureAwait(false);

        var older = new BsonDocument(DeviceField.Order, new BsonDocument("$lt", mine[DeviceField.Order]));
        await database
            .Devices.DeleteEachAsync(
                new BsonDocument(alike).Merge(older),
                DeviceField.Key,
                older,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        var newer = new BsonDocument(alike).Add(DeviceField.Order, new BsonDocument("$gt", mine[DeviceField.Order]));
        if ((await database.Devices.FindAsync(newer, cancellationToken).ConfigureAwait(false)).Count > 0)
        {
            var own = Key(mine).Add(DeviceField.Order, mine[DeviceField.Order]);
            await database.Devices.WriteOneAsync(new DeleteOneModel<BsonDocument>(own), cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask<bool> UpdateAsync(Device device, CancellationToken cancellationToken)
    {
        var known = new BsonDocument
        {
            { DeviceField.Id, BsonForm.Key(device.Tenant, device.UserId, device.Id) },
            { DeviceField.User, device.UserId },
            { DeviceField.Tenant, device.Tenant },
            { DeviceField.Token, device.Token },
        };
        var set = new BsonDocument
        {
            { DeviceField.Locale, device.Locale is { } locale ? locale : BsonNull.Value },
            { DeviceField.TimeZone, device.TimeZone is { } zone ? zone : BsonNull.Value },
        };
        var update = new UpdateOneModel<BsonDocument>(known, new BsonDocument("$set", set));
        return await database.Devices.WriteOneAsync(update, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<Device>> FindAsync(
        string tenant,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    )
    {
        var filter = new BsonDocument
        {
            { DeviceField.Tenant, tenant },
            { DeviceField.User, new BsonDocument("$in", new BsonArray(userIds)) },
            { DeviceField.PrunedAt, BsonNull.Value },
        };
        return
        [
            .. (
                await database
                    .Devices.FindAsync(null, filter, sort: ByDevice, cancellationToken: cancellationToken)
                    .ConfigureAwait(false)
            ).Select(Read),
        ];
    }

    public async ValueTask<IReadOnlyList<Device>> ListAsync(string tenant, string userId, CancellationToken cancellationToken)
    {
        var filter = new BsonDocument { { DeviceField.Tenant, tenant }, { DeviceField.User, userId } };
        return
        [
            .. (
                await database
                    .Devices.FindAsync(null, filter, sort: ByDevice, cancellationToken: cancellationToken)
                    .ConfigureAwait(false)
            ).Select(Read),
        ];
    }

    public async ValueTask<bool> RemoveAsync(string tenant, string userId, string id, CancellationToken cancellationToken)
    {
        var device = new BsonDocument
        {
            { DeviceField.Id, BsonForm.Key(tenant, userId, id) },
            { DeviceField.User, userId },
            { DeviceField.Tenant, tenant },
        };
        return await database
            .Devices.WriteOneAsync(new DeleteOneModel<BsonDocument>(device), cancellationToken)
            .ConfigureAwait(false);
    }

    public async ValueTask<bool> PruneAsync(
        string tenant,
        string? app,
        string token,
        string reason,
        DateTimeOffset knownDeadAt,
        CancellationToken cancellationToken
    )
    {
        var dead = new BsonDocument
        {
            { DeviceField.Tenant, tenant },
            { DeviceField.TokenHash, ComputeHash(token) },
            { DeviceField.App, GetApp(app) },
            { DeviceField.PrunedAt, BsonNull.Value },
            { DeviceField.LastSeenAt, new BsonDocument("$lte", knownDeadAt.ToBsonValue()) },
        };
        var what = new BsonDocument
        {
            { DeviceField.PrunedAt, knownDeadAt.ToBsonValue() },
            { DeviceField.PruneReason, reason.ToBsonWords() },
        };
        var prune = new BsonDocument("$set", what);
        var pruned = false;
        foreach (var found in await database.Devices.FindAsync(dead, cancellationToken).ConfigureAwait(false))
        {
            pruned |= await database
                .Devices.WriteOneAsync(
                    new UpdateOneModel<BsonDocument>(Key(found).Merge(dead, overwriteExistingElements: false), prune),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        return pruned;
    }

    // The document of the device may exist, and may be removed between the update and the insert. Then it is inserted after
    // all.
    private async ValueTask WriteAsync(BsonDocument mine, CancellationToken cancellationToken)
    {
        while ((await database.Devices.InsertNewAsync(null, [mine], cancellationToken).ConfigureAwait(false)).Count > 0)
        {
            // Its own document exists as well if the answer to an earlier try was lost.
            var write = new ReplaceOneModel<BsonDocument>(WithOrder("$lte", mine), mine);
            if (await database.Devices.WriteOneAsync(write, cancellationToken).ConfigureAwait(false))
                return;
            if ((await database.Devices.FindAsync(WithOrder("$gt", mine), cancellationToken).ConfigureAwait(false)).Count > 0)
                return;
        }
    }

    private static BsonDocument WithOrder(string comparison, BsonDocument mine) =>
        Key(mine).Add(DeviceField.Order, new BsonDocument(comparison, mine[DeviceField.Order]));

    private static BsonDocument Alike(Device device) =>
        new()
        {
            { DeviceField.Tenant, device.Tenant },
            {
                "$or",
                new BsonArray
                {
                    new BsonDocument(DeviceField.Id, BsonForm.Key(device.Tenant, device.UserId, device.Id)),
                    new BsonDocument
                    {
                        { DeviceField.TokenHash, ComputeHash(device.Token) },
                        { DeviceField.App, GetApp(device.App) },
                    },
                }
            },
        };

    private static BsonDocument CreateDocument(Device device, IEnumerable<BsonDocument> known, string order)
    {
        // A device that keeps its token keeps its registration time, and its pruning unless that is older than this
        // registration.
        var id = BsonForm.Key(device.Tenant, device.UserId, device.Id);
        var same = known.FirstOrDefault(document =>
            document[DeviceField.Id] == id
            && document[DeviceField.Token] == device.Token
            && document.TextOrNull(DeviceField.App) == device.App
        );
        var dead = same?.TimeOrNull(DeviceField.PrunedAt) >= device.LastSeenAt.ToBsonValue().AsTime() ? same : null;
        return new BsonDocument
        {
            { DeviceField.Id, id },
            { DeviceField.Tenant, device.Tenant },
            { DeviceField.User, device.UserId },
            { DeviceField.Device, device.Id },
            { DeviceField.Platform, (int)device.Platform },
            { DeviceField.Token, device.Token },
            { DeviceField.TokenHash, ComputeHash(device.Token) },
            { DeviceField.RegisteredAt, same?[DeviceField.RegisteredAt] ?? device.RegisteredAt.ToBsonValue() },
            { DeviceField.LastSeenAt, device.LastSeenAt.ToBsonValue() },
            { DeviceField.Order, order },
        }
            .With(DeviceField.App, device.App)
            .With(DeviceField.Locale, device.Locale)
            .With(DeviceField.TimeZone, device.TimeZone)
            .With(DeviceField.PrunedAt, dead?.ValueOrNull(DeviceField.PrunedAt))
            .With(DeviceField.PruneReason, dead?.ValueOrNull(DeviceField.PruneReason));
    }

    public static Device Read(BsonDocument document) =>
        new()
        {
            Tenant = document[DeviceField.Tenant].AsString,
            Id = document[DeviceField.Device].AsString,
            UserId = document[DeviceField.User].AsString,
            Platform = (Platform)document[DeviceField.Platform].AsInt32,
            Token = document[DeviceField.Token].AsString,
            App = document.TextOrNull(DeviceField.App),
            Locale = document.TextOrNull(DeviceField.Locale),
            TimeZone = document.TextOrNull(DeviceField.TimeZone),
            RegisteredAt = document[DeviceField.RegisteredAt].AsTime(),
            LastSeenAt = document[DeviceField.LastSeenAt].AsTime(),
            PrunedAt = document.TimeOrNull(DeviceField.PrunedAt),
            PruneReason = document.TextOrNull(DeviceField.PruneReason),
        };

    private static BsonDocument Key(BsonDocument document) =>
        new()
        {
            { DeviceField.Id, document[DeviceField.Id] },
            { DeviceField.User, document[DeviceField.User] },
            { DeviceField.Tenant, document[DeviceField.Tenant] },
        };

    // In a filter, null matches a missing field.
    private static BsonValue GetApp(string? app) => app is null ? BsonNull.Value : app;

    private static string ComputeHash(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}

using System.Text;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>Keeps counts, and the checkpoints of their sources.</summary>
/// <remarks>
/// A batch of a source changes many documents. It is therefore first written to the checkpoint, then added to the documents, and
/// then removed from the checkpoint. Any process completes a batch that it finds there. Each document remembers the position of
/// the last batch of the source that was added to it, and refuses that batch and earlier ones.
/// </remarks>
internal sealed class AnalyticsStore(StoreDatabase database) : IAnalyticsStore
{
    private const string Id = "_id";
    private const string Position = "position";
    private const string State = "state";
    private const string Batch = "batch";
    private const string LastBatch = "lastBatch";
    private const string Counts = "counts";
    private const string Count = "count";
    private const string Time = "time";
    private const string Resolution = "resolution";

    public async ValueTask AddAsync(IReadOnlyList<AnalyticsCount> counts, CancellationToken cancellationToken)
    {
        var writes = counts
            .GroupBy(AnalyticsDocument.GetId)
            .Select(same => new UpdateOneModel<BsonDocument>(
                AnalyticsDocument.GetKey(same.First()),
                AnalyticsDocument.Add(same).Add("$setOnInsert", AnalyticsDocument.GetKind(same.First()))
            )
            {
                IsUpsert = true,
            });
        if (counts.Count > 0)
            await database.Analytics.UpsertAsync(null, writes, mayRepeat: false, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> AddAsync(
        IReadOnlyList<AnalyticsCount> counts,
        AnalyticsCheckpoint checkpoint,
        long? expected,
        CancellationToken cancellationToken
    )
    {
        if ((await FindCheckpointAsync(checkpoint.Source, cancellationToken).ConfigureAwait(false))?.Position != expected)
            return false;

        var batch = new BsonDocument
        {
            { Id, ObjectId.GenerateNewId() },
            { Position, checkpoint.Position },
            { State, checkpoint.State.ToArray() },
            { Counts, new BsonArray(counts.Select(Write)) },
        };
        if (expected is null)
        {
            var start = new BsonDocument { { Id, checkpoint.Source }, { Batch, batch } };
            await database.AnalyticsSources.InsertNewAsync(null, [start], cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var unchanged = new BsonDocument
            {
                { Id, checkpoint.Source },
                { Position, expected.Value },
                { Batch, new BsonDocument("$exists", false) },
            };
            var write = new UpdateOneModel<BsonDocument>(unchanged, new BsonDocument("$set", new BsonDocument(Batch, batch)));
            await database.AnalyticsSources.WriteOneAsync(write, cancellationToken).ConfigureAwait(false);
        }

        // Whether the write above changed the checkpoint is read back, because its answer may have been lost.
        var source = await FindAsync(checkpoint.Source, cancellationToken).ConfigureAwait(false);
        if (source is null || !source.TryGetValue(Batch, out var found) || found[Id] != batch[Id])
            return source is not null && source.GetValue(LastBatch, BsonNull.Value) == batch[Id];

        await CompleteAsync(source, cancellationToken).ConfigureAwait(false);
        return true;
    }

    public async ValueTask<AnalyticsCheckpoint?> FindCheckpointAsync(string source, CancellationToken cancellationToken)
    {
        while (await FindAsync(source, cancellationToken).ConfigureAwait(false) is { } found)
        {
            if (found.Contains(Batch))
                await CompleteAsync(found, cancellationToken).ConfigureAwait(false);
            else
                return new AnalyticsCheckpoint
                {
                    Source = source,
                    Position = found[Position].AsInt64,
                    State = found[State].AsByteArray,
                };
        }

        return null;
    }

    public async ValueTask<IReadOnlyList<AnalyticsCount>> SumAsync(AnalyticsFilter filter, CancellationToken cancellationToken)
    {
        var found = await database
            .Analytics.FindAsync(
                null,
                new BsonDocument
                {
                    { AnalyticsDocument.Tenant, filter.Tenant },
                    {
                        AnalyticsDocument.Day,
                        new BsonDocument
                        {
                            { "$gte", AnalyticsResolution.Day.GetStart(filter.From).ToBsonValue() },
                            { "$lt", filter.To.ToBsonValue() },
                        }
                    },
                    {
                        AnalyticsDocument.Measure,
                        new BsonDocument("$in", new BsonArray(filter.Measures.Select(one => (int)one)))
                    },
                },
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return filter.Sum(found.SelectMany(AnalyticsDocument.Read));
    }

    public async ValueTask<bool> RollUpAsync(
        AnalyticsResolution resolution,
        DateTimeOffset before,
        int most,
        CancellationToken cancellationToken
    )
    {
        var any = false;
        var old = new BsonDocument
        {
            { AnalyticsDocument.Shortest, (int)resolution },
            { AnalyticsDocument.Day, new BsonDocument("$lt", before.ToBsonValue()) },
        };
        while (true)
        {
            var found = await database
                .Analytics.FindAsync(null, old, limit: most, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            if (found.Count == 0)
                return any;

            any = true;
            await database
                .Analytics.WriteAsync(null, found.Select(document => RollUp(document, resolution)), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    // A document that changed after it was read is found again.
    private static UpdateOneModel<BsonDocument> RollUp(BsonDocument document, AnalyticsResolution resolution)
    {
        var unchanged = new BsonDocument
        {
            { AnalyticsDocument.Id, document[AnalyticsDocument.Id] },
            { AnalyticsDocument.Tenant, document[AnalyticsDocument.Tenant] },
            { AnalyticsDocument.Day, document[AnalyticsDocument.Day] },
            { AnalyticsDocument.Changes, document[AnalyticsDocument.Changes] },
        };
        return new UpdateOneModel<BsonDocument>(unchanged, AnalyticsDocument.RollUp(document, resolution));
    }

    private async ValueTask<BsonDocument?> FindAsync(string source, CancellationToken cancellationToken)
    {
        var found = await database
            .AnalyticsSources.FindAsync(null, new BsonDocument(Id, source), limit: 1, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        return found is [var only] ? only : null;
    }

    // Several processes may complete the same batch at the same time, and each step may be repeated.
    private async ValueTask CompleteAsync(BsonDocument source, CancellationToken cancellationToken)
    {
        var batch = source[Batch].AsBsonDocument;
        var added = $"{AnalyticsDocument.Added}.{GetField(source[Id].AsString)}";
        var position = batch[Position].AsInt64;
        var documents = batch[Counts].AsBsonArray.Select(Read).GroupBy(AnalyticsDocument.GetId).ToArray();
        if (documents.Length > 0)
        {
            await database
                .Analytics.UpsertAsync(
                    null,
                    documents.Select(same => new UpdateOneModel<BsonDocument>(
                        AnalyticsDocument.GetKey(same.First()),
                        new BsonDocument("$setOnInsert", AnalyticsDocument.GetKind(same.First()))
                    )
                    {
                        IsUpsert = true,
                    }),
                    mayRepeat: true,
                    cancellationToken
                )
                .ConfigureAwait(false);
            await database
                .Analytics.WriteAsync(
                    null,
                    documents.Select(same => new UpdateOneModel<BsonDocument>(
                        AnalyticsDocument
                            .GetKey(same.First())
                            .Add(added, new BsonDocument("$not", new BsonDocument("$gte", position))),
                        AnalyticsDocument.Add(same).Add("$set", new BsonDocument(added, position))
                    )),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        var isThere = new BsonDocument { { Id, source[Id] }, { $"{Batch}.{Id}", batch[Id] } };
        var complete = new BsonDocument
        {
            {
                "$set",
                new BsonDocument
                {
                    { Position, position },
                    { State, batch[State] },
                    { LastBatch, batch[Id] },
                }
            },
            { "$unset", new BsonDocument(Batch, "") },
        };
        await database
            .AnalyticsSources.WriteOneAsync(new UpdateOneModel<BsonDocument>(isThere, complete), cancellationToken)
            .ConfigureAwait(false);
    }

    // The name of a field must not contain a dot.
    private static string GetField(string source) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(source));

    private static BsonDocument Write(AnalyticsCount count) =>
        AnalyticsDocument
            .GetKind(count)
            .Add(AnalyticsDocument.Tenant, count.Tenant)
            .Add(Time, count.Time.ToBsonValue())
            .Add(Resolution, (int)count.Resolution)
            .Add(Count, count.Value);

    private static AnalyticsCount Read(BsonValue written) =>
        StoredCount.WithNames(
            new AnalyticsCount
            {
                Time = written[Time].AsTime(),
                Resolution = (AnalyticsResolution)written[Resolution].AsInt32,
                Tenant = written[AnalyticsDocument.Tenant].AsString,
                Measure = (AnalyticsMeasure)written[AnalyticsDocument.Measure].AsInt32,
                Value = written[Count].AsInt64,
            },
            [.. AnalyticsDocument.Names.Select(name => written[name].AsString)]
        );
}

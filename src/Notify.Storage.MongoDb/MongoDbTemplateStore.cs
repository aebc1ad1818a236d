using System.Globalization;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Planning;

namespace Notify.Storage.MongoDb;

/// <summary>Keeps templates with all their versions.</summary>
internal sealed class MongoDbTemplateStore(MongoDbDatabase database) : ITemplateStore
{
    public const string Tenant = "tenant";
    public const string Name = "name";
    public const string Version = "version";

    private const string Id = "_id";
    private const string Stored = "stored";
    private const string KeptUntil = "keptUntil";

    /// <summary>A version belongs to the process that inserts it; a process that comes second takes the next one.</summary>
    public async ValueTask<int> SaveAsync(Template template, int maxVersions, CancellationToken cancellationToken)
    {
        while (true)
        {
            var newest = await NewestAsync(template.Tenant, template.Name, null, cancellationToken).ConfigureAwait(false);
            var version = 1 + (newest?[Version].AsInt32 ?? 0);
            var document = new BsonDocument
            {
                { Id, BsonForm.Key(template.Tenant, template.Name, version.ToString(CultureInfo.InvariantCulture)) },
                { Tenant, template.Tenant },
                { Name, template.Name },
                { Version, version },
                { Stored, StoredForm.WriteTemplate(template) },
            };
            if ((await database.Templates.InsertNewAsync(null, [document], cancellationToken).ConfigureAwait(false)).Count > 0)
                continue;

            await TrimAsync(template, version - maxVersions).ConfigureAwait(false);
            return version;
        }
    }

    public async ValueTask KeepAsync(
        string tenant,
        string name,
        int version,
        DateTimeOffset until,
        CancellationToken cancellationToken
    ) =>
        await database
            .Templates.UpdateOneAsync(
                new BsonDocument
                {
                    { Tenant, tenant },
                    { Name, name },
                    { Version, version },
                },
                new BsonDocument("$max", new BsonDocument(KeptUntil, until.ToBson())),
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<bool> DeleteAsync(string tenant, string name, CancellationToken cancellationToken)
    {
        var deleted = await database
            .Templates.DeleteManyAsync(new BsonDocument { { Tenant, tenant }, { Name, name } }, cancellationToken)
            .ConfigureAwait(false);
        return deleted.DeletedCount > 0;
    }

    // The version is saved: what is left over if this is interrupted goes with the next save.
    private async ValueTask TrimAsync(Template template, int last) =>
        await database
            .Templates.DeleteManyAsync(
                new BsonDocument
                {
                    { Tenant, template.Tenant },
                    { Name, template.Name },
                    { Version, new BsonDocument("$lte", last) },
                    { KeptUntil, new BsonDocument("$not", new BsonDocument("$gt", template.SavedAt.ToBson())) },
                },
                CancellationToken.None
            )
            .ConfigureAwait(false);

    public async ValueTask<Template?> FindAsync(string tenant, string name, int? version, CancellationToken cancellationToken) =>
        await NewestAsync(tenant, name, version, cancellationToken).ConfigureAwait(false) is { } found
            ? StoredForm.ReadTemplate(found[Stored].AsByteArray) with
            {
                Version = found[Version].AsInt32,
            }
            : null;

    public async ValueTask<IReadOnlyList<TemplateSummary>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        PipelineDefinition<BsonDocument, BsonDocument> newest = new BsonDocument[]
        {
            new(
                "$match",
                new BsonDocument
                {
                    { Tenant, tenant },
                    {
                        Name,
                        new BsonDocument { { "$gt", after }, { "$gte", prefix } }
                    },
                }
            ),
            new("$group", new BsonDocument { { Id, "$" + Name }, { Version, new BsonDocument("$max", "$" + Version) } }),
            new("$sort", new BsonDocument(Id, 1)),
            new("$limit", limit),
        };
        using var cursor = await database
            .Templates.AggregateAsync(newest, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var templates = await cursor.ToListAsync(cancellationToken).ConfigureAwait(false);
        // Names with the same prefix follow one another, so the first one without it ends the list.
        return
        [
            .. templates
                .Select(template => new TemplateSummary(template[Id].AsString, template[Version].AsInt32))
                .TakeWhile(template => template.Name.StartsWith(prefix, StringComparison.Ordinal)),
        ];
    }

    private async ValueTask<BsonDocument?> NewestAsync(
        string tenant,
        string name,
        int? version,
        CancellationToken cancellationToken
    )
    {
        var found = await database
            .Templates.FindAsync(
                null,
                new BsonDocument { { Tenant, tenant }, { Name, name } }.With(Version, version),
                sort: new BsonDocument(Version, -1),
                limit: 1,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return found.FirstOrDefault();
    }
}

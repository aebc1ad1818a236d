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

    /// <summary>A version belongs to whoever inserts it; who comes second counts on.</summary>
    public async ValueTask<int> SaveAsync(Template template, CancellationToken cancellationToken)
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
            if ((await database.Templates.InsertNewAsync(null, [document], cancellationToken).ConfigureAwait(false)).Count == 0)
                return version;
        }
    }

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

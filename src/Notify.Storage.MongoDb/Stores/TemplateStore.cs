using System.Globalization;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>Keeps all versions of templates.</summary>
internal sealed class TemplateStore(StoreDatabase database) : ITemplateStore
{
    public const string Tenant = "tenant";
    public const string Name = "name";
    public const string Version = "version";

    private const string Id = "_id";
    private const string Stored = "stored";
    private const string KeptUntil = "keptUntil";

    /// <summary>The call that saved the version.</summary>
    private const string By = "by";

    private static readonly BsonDocument OnlyId = new(Id, 1);

    /// <summary>
    /// Saves a new version. A version belongs to the process that inserts it; a process that comes second takes the next
    /// number.
    /// </summary>
    public async ValueTask<int> SaveAsync(Template template, int maxVersions, CancellationToken cancellationToken)
    {
        var save = DeliveryUpdate.NewBatch();
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
                { By, save },
            };
            var known = await database.Templates.InsertNewAsync(null, [document], cancellationToken).ConfigureAwait(false);
            if (known.Count > 0 && !await IsWrittenAsync(document, cancellationToken).ConfigureAwait(false))
                continue;

            await TrimAsync(template, version - maxVersions).ConfigureAwait(false);
            return version;
        }
    }

    // If the answer to a successful insert was lost, the version exists and names this call.
    private async ValueTask<bool> IsWrittenAsync(BsonDocument document, CancellationToken cancellationToken)
    {
        var mine = new BsonDocument { { Id, document[Id] }, { By, document[By] } };
        return (await database.Templates.FindAsync(mine, cancellationToken).ConfigureAwait(false)).Count > 0;
    }

    public async ValueTask KeepAsync(
        string tenant,
        string name,
        int version,
        DateTimeOffset until,
        CancellationToken cancellationToken
    ) =>
        await database
            .Templates.WriteOneAsync(
                new UpdateOneModel<BsonDocument>(
                    new BsonDocument
                    {
                        { Tenant, tenant },
                        { Name, name },
                        { Version, version },
                    },
                    new BsonDocument("$max", new BsonDocument(KeptUntil, until.ToBsonValue()))
                ),
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<bool> DeleteAsync(string tenant, string name, CancellationToken cancellationToken)
    {
        var versions = new BsonDocument { { Tenant, tenant }, { Name, name } };
        return await database
                .Templates.DeleteEachAsync(versions, OnlyId, cancellationToken: cancellationToken)
                .ConfigureAwait(false) > 0;
    }

    // The version is already saved. If trimming is interrupted, the next save continues it.
    private async ValueTask TrimAsync(Template template, int last) =>
        await database
            .Templates.DeleteEachAsync(
                new BsonDocument
                {
                    { Tenant, template.Tenant },
                    { Name, template.Name },
                    { Version, new BsonDocument("$lte", last) },
                    { KeptUntil, new BsonDocument("$not", new BsonDocument("$gt", template.SavedAt.ToBsonValue())) },
                },
                OnlyId
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
        var page = new NamePage(tenant, prefix, after);
        BsonDocument[] newest =
        [
            new("$match", page.CreateFilter(Tenant, Name)),
            new("$group", new BsonDocument { { Id, "$" + Name }, { Version, new BsonDocument("$max", "$" + Version) } }),
            new("$sort", new BsonDocument(Id, 1)),
            new("$limit", limit),
        ];
        var templates = await database.Templates.AggregateAsync(newest, null, cancellationToken).ConfigureAwait(false);
        return page.TakeNames(
            templates.Select(template => new TemplateSummary(template[Id].AsString, template[Version].AsInt32)),
            template => template.Name
        );
    }

    public async ValueTask<IReadOnlyList<VersionSummary>> ListVersionsAsync(
        string tenant,
        string name,
        int? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var older = before is null ? null : new BsonDocument("$lt", before.Value);
        var found = await database
            .Templates.FindAsync(
                null,
                new BsonDocument { { Tenant, tenant }, { Name, name } }.With(Version, older),
                sort: new BsonDocument(Version, -1),
                limit: limit,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return
        [
            .. found.Select(version => new VersionSummary(
                version[Version].AsInt32,
                StoredForm.ReadTemplate(version[Stored].AsByteArray).SavedAt
            )),
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

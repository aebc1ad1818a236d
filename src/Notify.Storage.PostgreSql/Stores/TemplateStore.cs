using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.Toolkit;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Stores templates with all their versions.</summary>
internal sealed class TemplateStore(StoreDatabase database) : ITemplateStore
{
    private readonly string _save = $"""
        INSERT INTO {database.Schema}.template (tenant, name, version, stored)
        SELECT $1, $2, COALESCE(MAX(version), 0) + 1, $3 FROM {database.Schema}.template WHERE tenant = $1 AND name = $2
        RETURNING version
        """;

    private readonly string _trim = $"""
        DELETE FROM {database.Schema}.template
        WHERE tenant = $1 AND name = $2 AND version <= $3 AND (kept_until IS NULL OR kept_until <= $4)
        """;

    private readonly string _keep = $"""
        UPDATE {database.Schema}.template SET kept_until = GREATEST(kept_until, $4)
        WHERE tenant = $1 AND name = $2 AND version = $3
        """;

    private readonly string _delete = $"DELETE FROM {database.Schema}.template WHERE tenant = $1 AND name = $2";

    private readonly string _find = $"""
        SELECT version, stored FROM {database.Schema}.template
        WHERE tenant = $1 AND name = $2 AND ($3 IS NULL OR version = $3) ORDER BY version DESC LIMIT 1
        """;

    private readonly string _listVersions = $"""
        SELECT version, stored FROM {database.Schema}.template
        WHERE tenant = $1 AND name = $2 AND ($3 IS NULL OR version < $3) ORDER BY version DESC LIMIT $4
        """;

    private readonly string _list = $"""
        SELECT name, max(version) FROM {database.Schema}.template WHERE tenant = $1 AND name > $2 AND name >= $3
        GROUP BY name ORDER BY name LIMIT $4
        """;

    public ValueTask<int> SaveAsync(Template template, int maxVersions, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async (connection, cancellation) =>
            {
                await AdvisoryLock
                    .TakeAsync(connection, [AdvisoryLock.Create(template.Tenant, template.Name)], cancellation)
                    .ConfigureAwait(false);
                var versions = await connection
                    .QueryAsync(
                        _save,
                        parameters =>
                            parameters.With(template.Tenant).With(template.Name).With(StoredForm.WriteTemplate(template)),
                        row => row.GetInt32(0),
                        cancellation
                    )
                    .ConfigureAwait(false);
                await connection
                    .ExecuteAsync(
                        _trim,
                        parameters =>
                            parameters
                                .With(template.Tenant)
                                .With(template.Name)
                                .With(versions[0] - maxVersions)
                                .With(template.SavedAt),
                        cancellation
                    )
                    .ConfigureAwait(false);
                return versions[0];
            },
            cancellationToken
        );

    public async ValueTask<Template?> FindAsync(string tenant, string name, int? version, CancellationToken cancellationToken)
    {
        var found = await database
            .QueryAsync(
                _find,
                parameters => parameters.With(tenant).With(name).WithOrNull(NpgsqlDbType.Integer, version),
                row => StoredForm.ReadTemplate(row.GetFieldValue<byte[]>(1)) with { Version = row.GetInt32(0) },
                cancellationToken
            )
            .ConfigureAwait(false);
        return found.SingleOrDefault();
    }

    public ValueTask<IReadOnlyList<TemplateSummary>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new NamePage(tenant, prefix, after, limit).ReadAsync(
            database,
            _list,
            row => new TemplateSummary(row.GetString(0), row.GetInt32(1)),
            template => template.Name,
            cancellationToken
        );

    public async ValueTask<IReadOnlyList<VersionSummary>> ListVersionsAsync(
        string tenant,
        string name,
        int? before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database
            .QueryAsync(
                _listVersions,
                parameters => parameters.With(tenant).With(name).WithOrNull(NpgsqlDbType.Integer, before).With(limit),
                row => new VersionSummary(row.GetInt32(0), StoredForm.ReadTemplate(row.GetFieldValue<byte[]>(1)).SavedAt),
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask KeepAsync(
        string tenant,
        string name,
        int version,
        DateTimeOffset until,
        CancellationToken cancellationToken
    ) =>
        await ExecuteAsync(_keep, parameters => parameters.With(tenant).With(name).With(version).With(until), cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask<bool> DeleteAsync(string tenant, string name, CancellationToken cancellationToken) =>
        await ExecuteAsync(_delete, parameters => parameters.With(tenant).With(name), cancellationToken).ConfigureAwait(false)
        > 0;

    private ValueTask<int> ExecuteAsync(
        string sql,
        Action<NpgsqlParameterCollection> bind,
        CancellationToken cancellationToken
    ) => database.UseAsync((connection, cancellation) => connection.ExecuteAsync(sql, bind, cancellation), cancellationToken);
}

using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Keeps templates as JSON, by tenant, name and version.</summary>
internal sealed class TemplateStore(DatabaseWriter writer, StoreDatabase database) : ITemplateStore
{
    public ValueTask<int> SaveAsync(Template template, int maxVersions, CancellationToken cancellationToken) =>
        writer.RunAsync(
            () =>
            {
                using var newest = new Statement(
                    writer.Connection,
                    "SELECT COALESCE(MAX(version), 0) FROM notify_template WHERE tenant = ?1 AND name = ?2"
                );
                newest.Bind(1, template.Tenant).Bind(2, template.Name).Read();
                var version = newest.Int32(0) + 1;

                using var save = new Statement(
                    writer.Connection,
                    "INSERT INTO notify_template (tenant, name, version, body) VALUES (?1, ?2, ?3, ?4)"
                );
                save.Bind(1, template.Tenant)
                    .Bind(2, template.Name)
                    .Bind(3, version)
                    .Bind(4, StoredForm.WriteTemplate(template with { Version = version }))
                    .Execute();

                using var trim = new Statement(
                    writer.Connection,
                    """
                    DELETE FROM notify_template
                    WHERE tenant = ?1 AND name = ?2 AND version <= ?3 AND (kept_until IS NULL OR kept_until <= ?4)
                    """
                );
                trim.Bind(1, template.Tenant)
                    .Bind(2, template.Name)
                    .Bind(3, version - maxVersions)
                    .Bind(4, template.SavedAt)
                    .Execute();
                return version;
            },
            cancellationToken
        );

    public ValueTask<Template?> FindAsync(string tenant, string name, int? version, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(
            connection,
            "SELECT body FROM notify_template WHERE tenant = ?1 AND name = ?2 "
                + "AND version = COALESCE(?3, version) ORDER BY version DESC LIMIT 1"
        );
        return new(
            statement.Bind(1, tenant).Bind(2, name).Bind(3, version).Read() ? StoredForm.ReadTemplate(statement.Blob(0)) : null
        );
    }

    public ValueTask<IReadOnlyList<TemplateSummary>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new(
            NamePage.ReadPage(
                database,
                """
                SELECT name, MAX(version) FROM notify_template WHERE tenant = ?1 AND name > ?2 AND name >= ?3
                GROUP BY name ORDER BY name LIMIT ?4
                """,
                new SqlitePage(tenant, prefix, after, limit),
                row => new TemplateSummary(row.Text(0), row.Int32(1))
            )
        );

    public async ValueTask KeepAsync(
        string tenant,
        string name,
        int version,
        DateTimeOffset until,
        CancellationToken cancellationToken
    ) =>
        await writer
            .RunAsync(
                () =>
                {
                    using var keep = new Statement(
                        writer.Connection,
                        """
                        UPDATE notify_template SET kept_until = MAX(COALESCE(kept_until, 0), ?4)
                        WHERE tenant = ?1 AND name = ?2 AND version = ?3
                        """
                    );
                    return keep.Bind(1, tenant).Bind(2, name).Bind(3, version).Bind(4, until).Execute();
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    public ValueTask<bool> DeleteAsync(string tenant, string name, CancellationToken cancellationToken) =>
        writer.RunAsync(
            () =>
            {
                using var delete = new Statement(
                    writer.Connection,
                    "DELETE FROM notify_template WHERE tenant = ?1 AND name = ?2"
                );
                return delete.Bind(1, tenant).Bind(2, name).Execute() > 0;
            },
            cancellationToken
        );
}

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
                    "SELECT COALESCE(MAX(version), 0) FROM notify_template WHERE tenant = @tenant AND name = @name"
                );
                newest.Bind("@tenant", template.Tenant).Bind("@name", template.Name).Read();
                var version = newest.Int32(0) + 1;

                using var save = new Statement(
                    writer.Connection,
                    "INSERT INTO notify_template (tenant, name, version, body) VALUES (@tenant, @name, @version, @body)"
                );
                save.Bind("@tenant", template.Tenant)
                    .Bind("@name", template.Name)
                    .Bind("@version", version)
                    .Bind("@body", StoredForm.WriteTemplate(template with { Version = version }))
                    .Execute();

                using var trim = new Statement(
                    writer.Connection,
                    """
                    DELETE FROM notify_template
                    WHERE tenant = @tenant AND name = @name AND version <= @version AND (kept_until IS NULL OR kept_until <= @now)
                    """
                );
                trim.Bind("@tenant", template.Tenant)
                    .Bind("@name", template.Name)
                    .Bind("@version", version - maxVersions)
                    .Bind("@now", template.SavedAt)
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
            "SELECT body FROM notify_template WHERE tenant = @tenant AND name = @name "
                + "AND version = COALESCE(@version, version) ORDER BY version DESC LIMIT 1"
        );
        return new(
            statement.Bind("@tenant", tenant).Bind("@name", name).Bind("@version", version).Read()
                ? StoredForm.ReadTemplate(statement.Blob(0))
                : null
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
            NamePageReader.Read(
                database,
                """
                SELECT name, MAX(version) FROM notify_template WHERE tenant = @tenant AND name > @after AND name >= @prefix
                GROUP BY name ORDER BY name LIMIT @limit
                """,
                new NamePage(tenant, prefix, after, limit),
                row => new TemplateSummary(row.Text(0), row.Int32(1))
            )
        );

    public ValueTask<IReadOnlyList<VersionSummary>> ListVersionsAsync(
        string tenant,
        string name,
        int? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(
            connection,
            "SELECT version, body FROM notify_template WHERE tenant = @tenant AND name = @name "
                + "AND (@before IS NULL OR version < @before) ORDER BY version DESC LIMIT @limit"
        );
        statement.Bind("@tenant", tenant).Bind("@name", name).Bind("@before", before).Bind("@limit", limit);
        var found = new List<VersionSummary>();
        while (statement.Read())
            found.Add(new VersionSummary(statement.Int32(0), StoredForm.ReadTemplate(statement.Blob(1)).SavedAt));
        return new(found);
    }

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
                        UPDATE notify_template SET kept_until = MAX(COALESCE(kept_until, 0), @until)
                        WHERE tenant = @tenant AND name = @name AND version = @version
                        """
                    );
                    return keep.Bind("@tenant", tenant)
                        .Bind("@name", name)
                        .Bind("@version", version)
                        .Bind("@until", until)
                        .Execute();
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
                    "DELETE FROM notify_template WHERE tenant = @tenant AND name = @name"
                );
                return delete.Bind("@tenant", tenant).Bind("@name", name).Execute() > 0;
            },
            cancellationToken
        );
}

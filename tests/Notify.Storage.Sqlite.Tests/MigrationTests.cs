using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Storage;
using Notify.TestSupport;

namespace Notify.Storage.Sqlite.Tests;

public sealed class MigrationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string ConnectionString => $"Data Source={_folder.File("notify.db")};Pooling=False";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Preferences_are_moved_out_of_the_profiles_of_an_older_version()
    {
        await using (var created = await ConformanceStore.OpenAsync(builder => builder.UseSqlite(ConnectionString)))
            await created.Users.FindAsync("t", ["ada"], TestContext.Current.CancellationToken);
        await ExecuteAsync(
            """
            DROP TABLE notify_user;
            CREATE TABLE notify_user (
                tenant TEXT NOT NULL,
                id TEXT NOT NULL,
                body BLOB NOT NULL,
                PRIMARY KEY (tenant, id)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO notify_user VALUES ('t', 'ada', CAST('{"tenant":"t","id":"ada","locale":"sv",
                "preferences":[{"category":"news","channel":"email","wanted":false},{"wanted":true}]}' AS BLOB));
            INSERT INTO notify_user VALUES ('t', 'bob', CAST('{"tenant":"t","id":"bob","preferences":[]}' AS BLOB));
            ALTER TABLE notify_delivery DROP COLUMN content;
            ALTER TABLE notify_delivery DROP COLUMN platform;
            ALTER TABLE notify_delivery ADD COLUMN platform INTEGER;
            ALTER TABLE notify_device DROP COLUMN platform;
            ALTER TABLE notify_device ADD COLUMN platform INTEGER NOT NULL DEFAULT 0;
            DROP TABLE notify_label;
            DROP TABLE notify_document;
            DROP TABLE notify_inbox_item;
            DROP TABLE notify_analytics;
            DROP TABLE notify_analytics_checkpoint;
            CREATE TABLE notify_count (
                tenant TEXT NOT NULL,
                minute INTEGER NOT NULL,
                channel TEXT NOT NULL,
                provider TEXT NOT NULL,
                state INTEGER NOT NULL,
                count INTEGER NOT NULL,
                PRIMARY KEY (tenant, minute, channel, provider, state)
            ) STRICT, WITHOUT ROWID;
            DROP INDEX notify_delivery_collapse;
            ALTER TABLE notify_delivery DROP COLUMN collapse_address;
            CREATE INDEX notify_delivery_collapse ON notify_delivery (tenant, collapse_key, address)
                WHERE collapse_key IS NOT NULL AND due_at IS NOT NULL;
            DROP INDEX notify_delivery_failed;
            DROP INDEX notify_delivery_cancelled;
            DROP INDEX notify_digest_event_failed;
            DROP INDEX notify_digest_event_cancelled;
            DROP INDEX notify_expansion_ended;
            DROP INDEX notify_delivery_dead_provider;
            UPDATE notify_schema SET version = version - 10;
            """
        );

        await using var store = await ConformanceStore.OpenAsync(builder => builder.UseSqlite(ConnectionString));

        var found = await store.Users.FindAsync("t", ["ada", "bob"], TestContext.Current.CancellationToken);
        Assert.Equal([("ada", "sv"), ("bob", null)], found.Select(user => (user.Id, user.User!.Locale)));
        Assert.Equal(
            [("news", Channel.Email, PreferenceStatus.OptedOut), (null, (Channel?)null, PreferenceStatus.OptedIn)],
            found[0].Preferences.Select(preference => (preference.Category, preference.Channel, preference.Status))
        );
        Assert.Empty(found[1].Preferences);
        Assert.All(found[0].Preferences, preference => Assert.NotEqual(default, preference.ChangedAt));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}

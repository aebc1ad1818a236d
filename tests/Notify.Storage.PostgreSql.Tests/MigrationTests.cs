using Notify.Engines;
using Notify.TestSupport;

namespace Notify.Storage.PostgreSql.Tests;

public sealed class MigrationTests(PostgreSqlServer server) : TestDatabase(server)
{
    [Fact]
    public async Task Processes_that_start_together_make_the_tables_once()
    {
        var stores = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => OpenStoreAsync())));

        foreach (var store in stores)
            Assert.Equal(EnqueueStatus.Stored, (await store.Queue.EnqueueAsync([Request()], Cancellation))[0].Status);
        Assert.True(await ScalarAsync<bool>("SELECT count(*) = max(version) FROM notify.schema_version"));
    }

    [Fact]
    public async Task A_database_that_a_newer_version_has_changed_is_refused()
    {
        await OpenStoreAsync();
        await using (var connection = await ConnectAsync())
            await ExecuteAsync(connection, "INSERT INTO notify.schema_version (version, oldest) VALUES (1000, 1000)");

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => OpenStoreAsync());

        Assert.Contains("schema version 1000", exception.Message, StringComparison.Ordinal);
        Assert.Contains("update the package", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_a_newer_version_has_changed_in_ways_that_do_no_harm_is_used()
    {
        await OpenStoreAsync();
        await using (var connection = await ConnectAsync())
            await ExecuteAsync(connection, "INSERT INTO notify.schema_version (version) VALUES (1000)");

        var store = await OpenStoreAsync();

        Assert.Equal(EnqueueStatus.Stored, (await store.Queue.EnqueueAsync([Request()], Cancellation))[0].Status);
    }

    [Fact]
    public async Task An_older_version_works_on_while_ten_processes_of_this_one_start_and_change_the_tables()
    {
        await using var older = await OlderVersion.InstallAsync(ConnectionString);
        older.Start();
        await Eventually.TrueAsync(() => older.Accepted.Count > 100, "the older version to work");

        var stores = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => OpenStoreAsync())));
        var accepted = older.Accepted.Count;
        foreach (var store in stores)
            await store.Queue.EnqueueAsync([Request()], Cancellation);
        await Eventually.TrueAsync(() => older.Accepted.Count > accepted + 100, "the older version to go on");
        await older.StopAsync();

        Assert.Equal(
            "p",
            await ScalarAsync<string>("SELECT relkind::text FROM pg_class WHERE oid = 'notify.notification'::regclass")
        );
        foreach (var id in older.Accepted)
            Assert.NotNull(await stores[0].Notifications.FindAsync(Tenant, id, Cancellation));
        Assert.Equal(older.Accepted.Count + 10, await ScalarAsync<long>("SELECT count(*) FROM notify.notification"));
        Assert.Equal(10, (await stores[0].Queue.GetDepthAsync(Cancellation)).Sum(depth => depth.Pending));
    }

    [Fact]
    public async Task Preferences_are_moved_out_of_the_profiles_of_an_older_version()
    {
        await using var older = await OlderVersion.InstallAsync(ConnectionString);
        await using (var connection = await ConnectAsync())
            await ExecuteAsync(
                connection,
                """
                INSERT INTO notify."user" (tenant, id, stored) VALUES
                    ('t', 'ada', convert_to('{"tenant":"t","id":"ada","locale":"sv","preferences":
                        [{"category":"news","channel":"email","wanted":false},{"wanted":true}]}', 'UTF8')),
                    ('t', 'bob', convert_to('{"tenant":"t","id":"bob","preferences":[]}', 'UTF8'))
                """
            );

        var store = await OpenStoreAsync();

        var found = (await store.Users.FindAsync("t", ["ada", "bob"], Cancellation)).OrderBy(user => user.Id).ToArray();
        Assert.Equal([("ada", "sv"), ("bob", null)], found.Select(user => (user.Id, user.User!.Locale)));
        Assert.Equal(
            [("news", Channel.Email, PreferenceStatus.OptedOut), (null, (Channel?)null, PreferenceStatus.OptedIn)],
            found[0].Preferences.Select(preference => (preference.Category, preference.Channel, preference.Status))
        );
        Assert.Empty(found[1].Preferences);
    }

    /// <summary>An earlier version may run beside this one, and it does not know the counts.</summary>
    [Fact]
    public async Task Subscriptions_of_an_older_version_are_counted_before_and_after_the_upgrade()
    {
        const string Subscribe = "INSERT INTO notify.subscription SELECT 't', 'news', 'u-' || i FROM generate_series({0}) i";
        const string Again = " ON CONFLICT DO NOTHING";
        await using var older = await OlderVersion.InstallAsync(ConnectionString);
        await using var connection = await ConnectAsync();
        await ExecuteAsync(connection, Subscribe.Replace("{0}", "1, 10", StringComparison.Ordinal));

        var store = await OpenStoreAsync();

        Assert.Equal(10, await store.Topics.CountAsync("t", "news", Cancellation));
        // The second half is new.
        await ExecuteAsync(connection, Subscribe.Replace("{0}", "6, 15", StringComparison.Ordinal) + Again);
        await using (var transaction = await connection.BeginTransactionAsync(Cancellation))
        {
            await ExecuteAsync(connection, "DELETE FROM notify.subscription");
            await transaction.RollbackAsync(Cancellation);
        }

        Assert.Equal(15, await store.Topics.CountAsync("t", "news", Cancellation));
        await ExecuteAsync(connection, "DELETE FROM notify.subscription WHERE user_id IN ('u-1', 'u-15', 'u-99')");
        Assert.Equal(13, await store.Topics.CountAsync("t", "news", Cancellation));
    }

    [Fact]
    public async Task Two_applications_share_a_database_by_schemas_of_their_own()
    {
        var ours = await OpenStoreAsync(options => options.Schema = "ours");
        var theirs = await OpenStoreAsync(options => options.Schema = "theirs");

        await ours.Queue.EnqueueAsync([Request()], Cancellation);

        Assert.Empty(await LeaseAsync(theirs, "worker"));
        Assert.Single(await LeaseAsync(ours, "worker"));
    }

    [Fact]
    public async Task A_user_who_may_not_create_schemas_uses_the_one_that_was_made_for_it()
    {
        await using (var connection = await ConnectAsync())
            await ExecuteAsync(connection, "CREATE ROLE guest LOGIN; CREATE SCHEMA notify AUTHORIZATION guest");

        var store = await OpenStoreAsync(options =>
            options.ConnectionString = ConnectionString.Replace("Username=notify", "Username=guest", StringComparison.Ordinal)
        );

        Assert.Equal(EnqueueStatus.Stored, (await store.Queue.EnqueueAsync([Request()], Cancellation))[0].Status);
    }
}

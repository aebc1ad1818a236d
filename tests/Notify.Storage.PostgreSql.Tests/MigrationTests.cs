using Notify.Queueing;

namespace Notify.Storage.PostgreSql.Tests;

public sealed class MigrationTests(PostgreSqlServer server) : TestDatabase(server)
{
    [Fact]
    public async Task Processes_that_start_together_make_the_tables_once()
    {
        var stores = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => OpenStoreAsync())));

        foreach (var store in stores)
            Assert.Equal(EnqueueStatus.Stored, (await store.Queue.EnqueueAsync([Request()], Cancellation))[0].Status);
        Assert.True(await ScalarAsync<bool>("SELECT count(*) = max(version) FROM notify.schema_version"));
    }

    [Fact]
    public async Task A_database_that_a_newer_version_has_changed_is_refused()
    {
        await OpenStoreAsync();
        await using (var connection = await ConnectAsync())
            await ExecuteAsync(connection, "INSERT INTO notify.schema_version VALUES (1000)");

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => OpenStoreAsync());

        Assert.Contains("schema 1000", exception.Message, StringComparison.Ordinal);
        Assert.Contains("update the package", exception.Message, StringComparison.Ordinal);
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

        var store = await OpenStoreAsync(options => options.ConnectionString = ConnectionString.Replace("Username=notify", "Username=guest", StringComparison.Ordinal));

        Assert.Equal(EnqueueStatus.Stored, (await store.Queue.EnqueueAsync([Request()], Cancellation))[0].Status);
    }
}

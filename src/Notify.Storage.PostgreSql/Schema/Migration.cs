using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Notify.Storage.PostgreSql.Connection;
using Npgsql;

namespace Notify.Storage.PostgreSql.Schema;

/// <summary>Creates the tables before any worker starts. The application does not start if the database cannot be used.</summary>
internal sealed class Migration(StoreDatabase database, ILogger<Migration> logger) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await database.MigrateAsync(cancellationToken).ConfigureAwait(false);
            await CheckDurabilityAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (NpgsqlException exception)
        {
            throw new InvalidOperationException(
                $"The PostgreSQL database cannot be used: {exception.Message} "
                    + "Check that the server is running and reachable, that the database exists, "
                    + "and that the user may connect and create the schema or the tables in it.",
                exception
            );
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async ValueTask CheckDurabilityAsync(CancellationToken cancellationToken)
    {
        var settings = await database
            .QueryAsync(
                "SELECT current_setting('fsync'), current_setting('synchronous_commit')",
                _ => { },
                row => (Fsync: row.GetString(0), SynchronousCommit: row.GetString(1)),
                cancellationToken
            )
            .ConfigureAwait(false);
        if (settings[0].Fsync == "off" || settings[0].SynchronousCommit == "off")
            Log.CommitsNotDurable(logger, settings[0].Fsync, settings[0].SynchronousCommit);
    }
}

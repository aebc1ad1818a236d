using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters;
using Notify.Storage.MongoDb.Schema;

namespace Notify.Storage.MongoDb.Connection;

/// <summary>
/// Creates or checks the indexes before any worker starts. The application does not start if the database cannot be used.
/// </summary>
internal sealed class SchemaStart(
    StoreDatabase database,
    Indexes indexes,
    ObsoleteIndexes obsolete,
    IOptions<MongoDbStoreOptions> options,
    ILogger<SchemaStart> logger
) : IHostedLifecycleService
{
    /// <summary>The version of the form in which this version of Notify writes documents.</summary>
    private const int Form = 1;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CheckFormAsync(cancellationToken).ConfigureAwait(false);
            if (options.Value.UpdateSchema)
            {
                await indexes.CreateAsync(cancellationToken).ConfigureAwait(false);
                await obsolete.DropAsync(cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await CheckIndexesAsync(cancellationToken).ConfigureAwait(false);
            }

            if (database.Database.Client.Cluster.Description.Type == ClusterType.Standalone)
                Log.OneServerOnly(logger);
        }
        catch (Exception exception) when (exception is MongoException or TimeoutException)
        {
            throw new InvalidOperationException(
                $"The MongoDB database cannot be used: {exception.Message} Check that the server is running and reachable, and "
                    + "that the user may read, write and create indexes in the database.",
                exception
            );
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async ValueTask CheckIndexesAsync(CancellationToken cancellationToken)
    {
        var missing = await indexes.FindMissingAsync(cancellationToken).ConfigureAwait(false);
        if (missing.Count > 0)
        {
            throw new InvalidOperationException(
                $"The database lacks indexes of this version of Notify: {string.Join(", ", missing)}. "
                    + "Run the command migrate of the reference host first, or set MongoDbStoreOptions.UpdateSchema to true."
            );
        }
    }

    private async ValueTask CheckFormAsync(CancellationToken cancellationToken)
    {
        var known = new BsonDocument { { "_id", "form" }, { "version", Form } };
        await database.Housekeeping.InsertNewAsync(null, [known], cancellationToken).ConfigureAwait(false);
        var found = await database
            .Housekeeping.FindAsync(new BsonDocument("_id", "form"), cancellationToken)
            .ConfigureAwait(false);
        if (found.Any(document => document["version"].AsInt32 > Form))
        {
            throw new InvalidOperationException(
                $"The database has form {found[0]["version"]}, but this version of Notify supports {Form}. Update the package."
            );
        }
    }
}

using Microsoft.Extensions.Options;

namespace Notify.Storage.Redis.Connection;

/// <summary>Checks whether Redis answers.</summary>
internal sealed class RedisCheck(ServerConnection connection, IOptions<RedisOptions> options) : IEngineCheck
{
    public string Name => "redis";

    public async ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            var database = await connection.OpenAsync(options.Value.Timeout, cancellationToken).ConfigureAwait(false);
            await database.PingAsync().WaitAsync(options.Value.Timeout, cancellationToken).ConfigureAwait(false);
            return CheckResult.Ok("It answers.");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The message of the client would have the whole configuration.
            return CheckResult.Warning(
                $"Redis does not answer ({exception.GetType().Name}). Notify works without it, more slowly.",
                "Check the connection string, the password, and that the server runs."
            );
        }
    }
}

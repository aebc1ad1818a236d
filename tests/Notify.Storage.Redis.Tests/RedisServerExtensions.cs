using Notify.Engines;

namespace Notify.Storage.Redis.Tests;

internal static class RedisServerExtensions
{
    /// <summary>Creates options with a key prefix that no other test has; patient, because the machine may be busy.</summary>
    public static async Task<Action<RedisOptions>> FreshAsync(this RedisServer server)
    {
        var (connectionString, prefix) = await server.GetAsync();
        return options =>
            (options.ConnectionString, options.KeyPrefix, options.Timeout) = (connectionString, prefix, TimeSpan.FromSeconds(10));
    }
}

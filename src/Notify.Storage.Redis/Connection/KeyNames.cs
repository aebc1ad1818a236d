using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Notify.Storage.Redis.Connection;

/// <summary>
/// The names of keys. The part in braces determines the node of a cluster, so the keys that one script needs share it.
/// </summary>
internal sealed class KeyNames(IOptions<RedisOptions> options)
{
    private readonly string _prefix = options.Value.KeyPrefix;

    public RedisKey Rate(string limit) => $"{{{_prefix}:rate:{limit}}}";

    public RedisKey RateProcesses(string limit) => $"{{{_prefix}:rate:{limit}}}:processes";

    public RedisKey Leader(string role) => $"{{{_prefix}:leader:{role}}}";

    public RedisKey LeaderFence(string role) => $"{{{_prefix}:leader:{role}}}:fence";

    /// <summary>Gets the key of the processes that watch events.</summary>
    public RedisKey Watchers => $"{_prefix}:watchers";

    /// <summary>Gets the channel that carries events to them.</summary>
    public RedisChannel Events => new($"{_prefix}:events", RedisChannel.PatternMode.Literal);

    public RedisKey Idempotency(string tenant, string key) => CreateKey("once", tenant, key);

    public RedisKey User(string tenant, string id) => CreateKey("user", tenant, id);

    public RedisKey DevicesOfUser(string tenant, string userId) => CreateKey("devices", tenant, userId);

    /// <summary>
    /// Creates the key of a push token. It contains only the hash of the token, because names of keys appear where values do not.
    /// </summary>
    public RedisKey UsersOfToken(string tenant, string token) =>
        CreateKey("token", tenant, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token))));

    // The length comes before the tenant, so that no tenant can form the name of a key of another one.
    private string CreateKey(string kind, string tenant, string id) =>
        string.Create(CultureInfo.InvariantCulture, $"{_prefix}:{kind}:{tenant.Length}:{tenant}:{id}");
}

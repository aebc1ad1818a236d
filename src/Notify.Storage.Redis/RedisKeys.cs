using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Notify.Storage.Redis;

/// <summary>The names of keys. What is in braces decides the node of a cluster, so keys that one script needs share it.</summary>
internal sealed class RedisKeys(IOptions<RedisOptions> options)
{
    private readonly string _prefix = options.Value.KeyPrefix;

    public RedisKey Rate(string limit) => $"{{{_prefix}:rate:{limit}}}";

    public RedisKey RateProcesses(string limit) => $"{{{_prefix}:rate:{limit}}}:processes";

    public RedisKey Leader(string role) => $"{{{_prefix}:leader:{role}}}";

    public RedisKey LeaderFence(string role) => $"{{{_prefix}:leader:{role}}}:fence";

    /// <summary>The processes in which somebody watches what is settled.</summary>
    public RedisKey Watchers => $"{_prefix}:watchers";

    /// <summary>The channel on which they hear of it.</summary>
    public RedisChannel Events => new($"{_prefix}:events", RedisChannel.PatternMode.Literal);

    public RedisKey Idempotency(string tenant, string key) => Of("once", tenant, key);

    public RedisKey User(string tenant, string id) => Of("user", tenant, id);

    public RedisKey DevicesOfUser(string tenant, string userId) => Of("devices", tenant, userId);

    /// <summary>Of a push token only the hash is in the name: names are seen in places where values are not.</summary>
    public RedisKey UsersOfToken(string tenant, string token) =>
        Of("token", tenant, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token))));

    // With the length before it a tenant cannot reach into another's names, whatever characters it has.
    private string Of(string what, string tenant, string id) =>
        string.Create(CultureInfo.InvariantCulture, $"{_prefix}:{what}:{tenant.Length}:{tenant}:{id}");
}

using System.ComponentModel.DataAnnotations;
using StackExchange.Redis;

namespace Notify.Storage.Redis;

/// <summary>The options of the Redis beside the store. They are validated at start.</summary>
public sealed class RedisOptions : IValidatableObject
{
    /// <summary>
    /// Gets or sets the StackExchange.Redis configuration string. One server or any nodes of a Redis Cluster:
    /// <c>redis-1:6379,redis-2:6379,password=...,ssl=true</c>. Sentinel: the sentinels and the name of the primary,
    /// <c>sentinel-1:26379,sentinel-2:26379,serviceName=mymaster,password=...</c>, with the password of the servers. Required.
    /// </summary>
    [Required]
    public string ConnectionString { get; set; } = "";

    /// <summary>Gets or sets the password of the sentinels; null, the default, if they require none.</summary>
    public string? SentinelPassword { get; set; }

    /// <summary>
    /// Gets or sets the prefix of every key, with which several applications can share a server. 1 to 64 lower-case ASCII
    /// letters, digits, dots and hyphens; default <c>notify</c>.
    /// </summary>
    [Required]
    [RegularExpression("[a-z0-9.-]{1,64}")]
    public string KeyPrefix { get; set; } = "notify";

    /// <summary>
    /// Gets or sets how long to wait for an answer before the store is used instead. 1 ms to 10 seconds; default 250 ms.
    /// </summary>
    [TimeRange("00:00:00.001", "00:00:10")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Gets or sets how long Redis is not called after a failure. Then one call tries again, and the others work without Redis
    /// meanwhile. 10 ms to 1 minute; default 1 second.
    /// </summary>
    [TimeRange("00:00:00.010", "00:01:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets or sets how long users and devices are cached. A change through this package is visible at once. A change that
    /// bypassed it, or that Redis lost in a failover, is visible after this time at the latest. 1 second to 1 day; default 5
    /// minutes.
    /// </summary>
    [TimeRange("00:00:01", "1.00:00:00")]
    public TimeSpan CacheFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Gets or sets how long a leader remains the leader without renewal. A crashed leader delays its work by this time. 100 ms
    /// to 10 minutes; default 15 seconds.
    /// </summary>
    [TimeRange("00:00:00.100", "00:10:00")]
    public TimeSpan LeadFor { get; set; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (FindError(ConnectionString) is { } failure)
            yield return new ValidationResult(failure, [nameof(ConnectionString)]);
    }

    // A connection string contains a password, so no message repeats any part of it.
    private static string? FindError(string connectionString)
    {
        try
        {
            return ConfigurationOptions.Parse(connectionString).EndPoints.Count == 0
                ? "ConnectionString must name a server; use the form redis-1:6379,redis-2:6379,password=..."
                : null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            return "ConnectionString is not valid for StackExchange.Redis; use the form redis-1:6379,redis-2:6379,password=...";
        }
    }
}

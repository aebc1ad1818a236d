using System.ComponentModel.DataAnnotations;
using StackExchange.Redis;

namespace Notify.Storage.Redis;

/// <summary>Which Redis stands beside the store, and how much is trusted to it. Validated at start.</summary>
public sealed class RedisOptions : IValidatableObject
{
    /// <summary>
    /// A StackExchange.Redis configuration string. One server or any nodes of a Redis Cluster:
    /// <c>redis-1:6379,redis-2:6379,password=...,ssl=true</c>. Sentinel: the sentinels and the name of what they watch,
    /// <c>sentinel-1:26379,sentinel-2:26379,serviceName=mymaster,password=...</c>, where the password is the servers'. Required.
    /// </summary>
    [Required]
    public string ConnectionString { get; set; } = "";

    /// <summary>The sentinels' own password; null, the default, where they ask for none.</summary>
    public string? SentinelPassword { get; set; }

    /// <summary>
    /// What every key begins with, so that applications can share a server. 1 to 64 lower-case ASCII letters, digits, dots and
    /// hyphens; default <c>notify</c>.
    /// </summary>
    [Required]
    [RegularExpression("[a-z0-9.-]{1,64}")]
    public string KeyPrefix { get; set; } = "notify";

    /// <summary>
    /// How long one answer is waited for before the store is asked instead. 1 ms to 10 seconds; default 250 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long Redis is left alone after it failed to answer; then one call tries again, and the others do without it meanwhile.
    /// 10 ms to 1 minute; default 1 second.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long users and devices are kept. A change through this package is seen at once; this bounds how long one can go unseen
    /// that was made past it, or that Redis forgot in a failover. 1 second to 1 day; default 5 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CacheFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a leader stays one without word from it; what a crashed leader delays its work by. 100 ms to 10 minutes; default
    /// 15 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan LeadFor { get; set; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (FailureOf(ConnectionString) is { } failure)
            yield return new ValidationResult(failure, [nameof(ConnectionString)]);
    }

    // A connection string has a password in it, so no message repeats any of it.
    private static string? FailureOf(string connectionString)
    {
        try
        {
            return ConfigurationOptions.Parse(connectionString).EndPoints.Count == 0
                ? "ConnectionString must name a server; write it as redis-1:6379,redis-2:6379,password=..."
                : null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            return "ConnectionString is no StackExchange.Redis configuration; write it as redis-1:6379,redis-2:6379,password=...";
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Engines;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Storage.Redis.Tests;

/// <summary>
/// Two applications on one store that have more to send than the rate they share allows. Their permits are recorded.
/// </summary>
internal sealed class LimitedLoad : IAsyncDisposable
{
    /// <summary>Where Redis counts the rate.</summary>
    public const string Key = "{notify:rate:provider:mail}";

    private const int PerSecond = 40;
    private const int Applications = 2;

    // A rate saves up the unused permits of at most one second.
    private const int Burst = PerSecond;

    private readonly IHost[] _applications;

    // At most this long, one application was counted by the new master while the other had not reached it yet.
    private TimeSpan _apart;

    private LimitedLoad(IHost[] applications) => _applications = applications;

    private IEnumerable<RecordedPermits> Permits =>
        _applications.Select(application => (RecordedPermits)application.Services.GetRequiredService<ISharedRateLimits>());

    public static async Task<LimitedLoad> StartAsync(PostgreSqlServer postgreSql, string redis)
    {
        var (database, schema) = await postgreSql.CreateSchemaAsync();
        var load = new LimitedLoad([.. Enumerable.Range(0, Applications).Select(_ => Compose(database, schema, redis))]);
        foreach (var application in load._applications)
            await application.StartAsync(TestContext.Current.CancellationToken);

        RecipientList many = [.. Enumerable.Range(0, 1_000).Select(i => Recipient.Email($"u{i}@example.org"))];
        for (var i = 0; i < 4; i++)
        {
            await load._applications[0]
                .Services.GetRequiredService<INotifier>()
                .TriggerAsync(
                    new Trigger
                    {
                        To = many,
                        Content = new Content { Title = "Hello", Body = "Hello" },
                    },
                    TestContext.Current.CancellationToken
                );
        }

        await Eventually.TrueAsync(() => load.Permits.All(permits => permits.Used > PerSecond / 2), "both applications to send");
        return load;
    }

    /// <summary>
    /// Kills the master, and waits until the new one counts all applications and they have sent for two more seconds.
    /// </summary>
    public async Task FailOverAsync(RedisProcess master, Func<Task<RedisProcess?>> findNewMaster)
    {
        await master.StopAsync();
        var killedAt = DateTimeOffset.UtcNow;
        var isApartSince = Stopwatch.GetTimestamp();
        RedisProcess? newMaster = null;
        await Eventually.TrueAsync(
            async () =>
            {
                var now = Stopwatch.GetTimestamp();
                newMaster ??= await findNewMaster();
                var counting = newMaster is null ? 0 : await CountAsync(newMaster, killedAt);
                if (counting == 0)
                    isApartSince = now;
                return counting == Applications;
            },
            "the new master to count all applications"
        );
        _apart = Stopwatch.GetElapsedTime(isApartSince);

        var used = Permits.Sum(permits => permits.Used);
        await Eventually.TrueAsync(() => Permits.Sum(permits => permits.Used) >= used + (2 * PerSecond), "sending to go on");
    }

    public Task StopAsync() => Task.WhenAll(_applications.Select(application => application.StopAsync()));

    /// <summary>
    /// No message was sent without a permit, and no window of time has more permits than the rate and two bursts. One burst
    /// can always be saved up. The other is the cost of a failover: replication is asynchronous, so the new master may not know
    /// about the last permits, but its bucket is full at most. While there is no master, each process takes its share of the
    /// rate, which is deducted from the bucket later. A process that finds the new master later than the other adds its share
    /// until then.
    /// </summary>
    /// <remarks>
    /// The permits are checked, not the times of sending, because a busy machine may send a message late. A permit
    /// belongs to a window only if its request began and ended in the window.
    /// </remarks>
    public void AssertKept()
    {
        Assert.All(Permits, permits => Assert.True(permits.LeastHeld >= 0, "messages were sent without a permit"));

        PermitRecord[] records = [.. Permits.SelectMany(permits => permits.GetRecords())];
        var most = records.Max(first => CountAheadOfRate(first.Started, records));
        var allowed = (2 * Burst) + (PerSecond / Applications * _apart.TotalSeconds);
        Assert.True(most <= allowed, $"{most:0.0} more than the rate were taken in one window, and {allowed:0.0} are allowed");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var application in _applications)
        {
            await application.StopAsync();
            application.Dispose();
        }
    }

    /// <summary>
    /// Counts the permits that were taken since <paramref name="from"/> beyond the rate, at the moment when there were most.
    /// Permits count from the moment when they have certainly been taken until they may have been given back.
    /// </summary>
    private static double CountAheadOfRate(long from, PermitRecord[] records)
    {
        double most = 0;
        var taken = 0;
        var changes = records
            .Where(record => from <= (record.Permits > 0 ? record.Started : record.Ended))
            .Select(record => (At: record.Permits > 0 ? record.Ended : Math.Max(from, record.Started), record.Permits))
            .OrderBy(change => change.At);
        foreach (var (at, permits) in changes)
        {
            taken += permits;
            most = Math.Max(most, taken - (PerSecond * Stopwatch.GetElapsedTime(from, at).TotalSeconds));
        }

        return most;
    }

    /// <summary>
    /// Counts the applications that have asked this server for permits since then; null if the server does not answer.
    /// </summary>
    private static async Task<int?> CountAsync(RedisProcess server, DateTimeOffset since)
    {
        var seconds = (since.ToUnixTimeMilliseconds() / 1000.0).ToString("F3", CultureInfo.InvariantCulture);
        var reply = await server.TryAskAsync($"ZCOUNT {Key}:processes {seconds} +inf");
        return reply.StartsWith(':') ? int.Parse(reply.AsSpan(1), CultureInfo.InvariantCulture) : null;
    }

    private static IHost Compose(string database, string schema, string redis)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder
            .Services.AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(50))
            .UsePostgreSql(options => (options.ConnectionString, options.Schema) = (database, schema))
            .UseRedis(options =>
                (options.ConnectionString, options.Timeout, options.RetryAfter) = (
                    redis,
                    TimeSpan.FromSeconds(1),
                    TimeSpan.FromMilliseconds(100)
                )
            );
        builder.Services.Configure<ProviderOptions>("mail", options => options.MaxPerSecond = PerSecond);
        var rateLimits = builder.Services.Single(service => service.ServiceType == typeof(ISharedRateLimits));
        builder.Services.Remove(rateLimits);
        builder.Services.AddSingleton<ISharedRateLimits>(services => new RecordedPermits(
            (ISharedRateLimits)ActivatorUtilities.CreateInstance(services, rateLimits.ImplementationType!)
        ));
        builder.Services.AddSingleton<IDeliveryProvider, PermitUsingProvider>();
        return builder.Build();
    }

    private sealed class PermitUsingProvider(ISharedRateLimits permits) : IDeliveryProvider
    {
        public string Name => "mail";

        public Channel Channel => Channel.Email;

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
        {
            ((RecordedPermits)permits).Use();
            return ValueTask.FromResult(Outcome.Sent());
        }
    }
}

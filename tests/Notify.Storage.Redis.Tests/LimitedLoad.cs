using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Engines;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Storage.Redis.Tests;

/// <summary>
/// Two applications on one store that have more to send than the rate they share allows. When each message was sent is written
/// down.
/// </summary>
internal sealed class LimitedLoad : IAsyncDisposable
{
    /// <summary>Where Redis counts the rate.</summary>
    public const string Key = "{notify:rate:provider:mail}";

    private const int PerSecond = 40;

    // A rate saves up the unused permits of at most one second.
    private const int Burst = PerSecond;

    private readonly RecordingProvider[] _providers = [new(), new()];
    private IHost[] _applications = [];

    public static async Task<LimitedLoad> StartAsync(PostgreSqlServer postgreSql, string redis)
    {
        var (database, schema) = await postgreSql.CreateSchemaAsync();
        var load = new LimitedLoad();
        load._applications = [.. load._providers.Select(provider => Compose(provider, database, schema, redis))];
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

        await Eventually.TrueAsync(
            () => load._providers.All(provider => provider.SentAt.Count > PerSecond / 2),
            "both applications to send"
        );
        return load;
    }

    /// <summary>Waits until the applications count at this server, and have sent for two more seconds.</summary>
    public async Task GoesOnAsync(RedisProcess master)
    {
        var counted = await Eventually.FindAsync(() => FindCountAsync(master), "the new master to answer");
        await Eventually.TrueAsync(
            async () => await FindCountAsync(master) is { } count && count != counted,
            "the new master to be asked"
        );
        var sent = _providers.Sum(provider => provider.SentAt.Count);
        await Eventually.TrueAsync(
            () => _providers.Sum(provider => provider.SentAt.Count) >= sent + (2 * PerSecond),
            "sending to go on"
        );
    }

    private static async Task<string?> FindCountAsync(RedisProcess master) =>
        await master.TryAskAsync($"HGET {Key} at") is { Length: > 0 } count ? count : null;

    public Task StopAsync() => Task.WhenAll(_applications.Select(application => application.StopAsync()));

    /// <summary>
    /// In every time from one message to another there are no more than the rate allows and two bursts. One burst is what the
    /// count saves up for anybody. The other is what a failover costs: replication is asynchronous, so the new master may not
    /// know of the last permits that were taken; but whatever it does not know of, its bucket is at most full, which is one
    /// burst. While there is no master each process takes its part of the rate, and what it took that way is taken off the count
    /// when there is one again. What is taken ahead of its use, a tenth of a second's permits, comes out of the first burst,
    /// since a count that is asked does not fill up.
    /// </summary>
    public void AssertKept()
    {
        double least = double.MaxValue,
            most = 0;
        long[] sentAt = [.. _providers.SelectMany(provider => provider.SentAt).Order()];
        for (var i = 0; i < sentAt.Length; i++)
        {
            var aheadOfRate = i - (PerSecond * Stopwatch.GetElapsedTime(sentAt[0], sentAt[i]).TotalSeconds);
            least = Math.Min(least, aheadOfRate);
            most = Math.Max(most, aheadOfRate - least + 1);
        }

        Assert.True(most <= 2 * Burst, $"{most:0.0} more than the rate were sent at a time, and {2 * Burst} are allowed");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var application in _applications)
        {
            await application.StopAsync();
            application.Dispose();
        }
    }

    private static IHost Compose(RecordingProvider provider, string database, string schema, string redis)
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
        builder.Services.AddSingleton<IDeliveryProvider>(provider);
        return builder.Build();
    }

    private sealed class RecordingProvider : IDeliveryProvider
    {
        public ConcurrentQueue<long> SentAt { get; } = new();

        public string Name => "mail";

        public Channel Channel => Channel.Email;

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
        {
            SentAt.Enqueue(Stopwatch.GetTimestamp());
            return ValueTask.FromResult(Outcome.Sent());
        }
    }
}

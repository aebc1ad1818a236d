using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Notify.Engines;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Storage.Redis.Tests;

/// <summary>Whole applications whose Redis goes and comes back.</summary>
public sealed class OutageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sending_goes_on_while_Redis_is_away_and_Redis_is_used_again_when_it_is_back()
    {
        await using var server = await RedisProcess.StartAsync();
        using var logs = new FakeLoggerProvider();
        var provider = new CountingProvider();
        using var host = Compose(provider, logs, options =>
            (options.ConnectionString, options.Timeout, options.RetryAfter) = (
                server.Address,
                TimeSpan.FromSeconds(10),
                TimeSpan.FromMilliseconds(50)
            )
        );
        await host.StartAsync(Cancellation);
        var notifier = host.Services.GetRequiredService<INotifier>();
        await host
            .Services.GetRequiredService<IRecipients>()
            .SaveUserAsync(
                new User
                {
                    Id = "u",
                    Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
                },
                default,
                Cancellation
            );

        await SendAsync(notifier, 0, 100);
        var check = host.Services.GetServices<IEngineCheck>().Single(engine => engine.Name == "redis");
        Assert.Equal(CheckStatus.Ok, (await check.CheckAsync(Cancellation)).Status);
        await server.StopAsync();
        await SendAsync(notifier, 100, 200);
        Assert.Equal(CheckStatus.Warning, (await check.CheckAsync(Cancellation)).Status);
        await server.RestartAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                await host.Services.GetRequiredService<IUserStore>().FindAsync(Trigger.DefaultTenant, ["u"], Cancellation);
                return await server.AskAsync("DBSIZE") is not ":0\r\n";
            },
            "Redis to be used again"
        );
        await SendAsync(notifier, 200, 300);

        await Eventually.TrueAsync(() => provider.Sent.Count == 300, "every delivery to be sent");
        await host.StopAsync(Cancellation);
        Assert.Single(logs.ReadLines(), line => line.Contains("Redis is not responding", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_application_starts_and_sends_without_its_Redis()
    {
        var provider = new CountingProvider();
        using var host = Compose(provider, new FakeLoggerProvider(), options =>
            options.ConnectionString = $"127.0.0.1:{FreePort.Next()},password=s3cret"
        );
        await host.StartAsync(Cancellation);

        await SendAsync(host.Services.GetRequiredService<INotifier>(), 0, 50, Recipient.Email("ada@example.org"));

        await Eventually.TrueAsync(() => provider.Sent.Count == 50, "every delivery to be sent");
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Redis_is_left_alone_for_a_while_after_it_failed_so_that_an_outage_costs_one_call_its_timeout()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var store = new SharedStore();
        await store.Users.SaveAsync([new User { Id = "u" }], Cancellation);
        var users = store
            .Process(options =>
                (options.ConnectionString, options.Timeout, options.RetryAfter) = (
                    server.Address,
                    TimeSpan.FromMilliseconds(100),
                    TimeSpan.FromMinutes(1)
                )
            )
            .GetRequiredService<IUserStore>();

        server.Suspend();
        await users.FindAsync(Trigger.DefaultTenant, ["u"], Cancellation);
        server.Resume();
        for (var i = 0; i < 5; i++)
            await users.FindAsync(Trigger.DefaultTenant, ["u"], Cancellation);

        Assert.Equal(6, store.Users.Reads);
    }

    [Fact]
    public async Task A_wrong_password_is_an_outage_and_appears_nowhere()
    {
        await using var server = await RedisProcess.StartAsync("--requirepass", "right");
        using var logs = new FakeLoggerProvider();
        using var host = Compose(new CountingProvider(), logs, options =>
            options.ConnectionString = $"{server.Address},password=s3cret"
        );
        await host.StartAsync(Cancellation);

        await SendAsync(host.Services.GetRequiredService<INotifier>(), 0, 5, Recipient.Email("ada@example.org"));

        await host.StopAsync(Cancellation);
        Assert.Single(logs.ReadLines(), line => line.Contains("Redis is not responding", StringComparison.Ordinal));
        Assert.DoesNotContain(logs.ReadLines(), line => line.Contains("s3cret", StringComparison.Ordinal));
        Assert.DoesNotContain(
            "s3cret",
            host.Services.GetRequiredService<IOptions<RedisOptions>>().Value.ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Options_that_cannot_work_are_named_at_start_and_no_secret_with_them()
    {
        using var host = Compose(new CountingProvider(), new FakeLoggerProvider(), options =>
        {
            options.ConnectionString = "password=s3cret,unknown=1";
            options.KeyPrefix = "{";
            options.Timeout = TimeSpan.Zero;
        });

        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancellation));

        Assert.Contains("KeyPrefix", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("Timeout", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", wrong.ToString(), StringComparison.Ordinal);
    }

    private static async Task SendAsync(INotifier notifier, int from, int to, Recipient? recipient = null)
    {
        for (var i = from; i < to; i++)
        {
            await notifier.TriggerAsync(
                new Trigger
                {
                    To = recipient ?? Recipient.User("u"),
                    Channels = [Channel.Email],
                    Content = new Content { Title = "Hello", Body = "Hello" },
                    IdempotencyKey = $"order-{i}",
                },
                Cancellation
            );
        }
    }

    private static IHost Compose(CountingProvider provider, FakeLoggerProvider logs, Action<RedisOptions> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(logs);
        builder.Logging.SetMinimumLevel(LogLevel.Trace);
        builder
            .Services.AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(20))
            .UseInMemory()
            .UseRedis(configure);
        builder.Services.Configure<ProviderOptions>("mail", options => options.MaxPerSecond = 1_000);
        builder.Services.AddSingleton<IDeliveryProvider>(provider);
        return builder.Build();
    }

    private sealed class CountingProvider : IDeliveryProvider
    {
        public ConcurrentBag<Guid> Sent { get; } = [];

        public string Name => "mail";

        public Channel Channel => Channel.Email;

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
        {
            Sent.Add(delivery.Id);
            return ValueTask.FromResult(Outcome.Sent());
        }
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MongoDB.Driver;
using Notify.Conformance.Storage;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>Whole applications, as a user composes them.</summary>
public sealed class ApplicationTests(MongoDbServer server) : TestDatabase(server)
{
    private readonly ConcurrentBag<(string Application, Guid DeliveryId)> _sent = [];

    [Fact]
    public async Task Two_applications_share_the_work_without_a_duplicate()
    {
        var mayAnswer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var first = Compose("first", UseServer, TimeSpan.FromMinutes(10), mayAnswer.Task);
        using var second = Compose("second", UseServer, TimeSpan.FromMinutes(10), mayAnswer.Task);
        await using (var store = await ConformanceStore.OpenAsync(UseServer))
            await EnqueueAsync(store, Request(deliveries: 600, acceptedAt: TimeProvider.System.GetUtcNow()));

        await Task.WhenAll(first.StartAsync(Cancellation), second.StartAsync(Cancellation));
        // Nothing is answered before both work: on a busy machine, one could send everything before the other has started.
        await Eventually.TrueAsync(
            () => _sent.Select(sent => sent.Application).Distinct().Count() == 2,
            "both applications to send"
        );
        mayAnswer.SetResult();

        await AcceptedAsync(600);
        Assert.Equal(600, _sent.Count);
        Assert.Equal(600, _sent.Select(sent => sent.DeliveryId).Distinct().Count());
        Assert.Equal(["first", "second"], _sent.Select(sent => sent.Application).Distinct().Order());
        await Task.WhenAll(first.StopAsync(Cancellation), second.StopAsync(Cancellation));
    }

    [Fact]
    public async Task What_was_accepted_is_sent_although_the_server_goes_away_again_and_again()
    {
        using var proxy = new BreakableProxy(ConnectionString);
        using var host = await proxy.OpenAsync(() => StartAsync(proxy));
        var notifier = host.Services.GetRequiredService<INotifier>();
        var accepted = new ConcurrentBag<Guid>();

        for (var round = 0; round < 5; round++)
        {
            var triggering = Task.WhenAll(
                Enumerable.Range(0, 40).Select(i => Task.Run(() => TryTriggerAsync(notifier, round * 40 + i, accepted)))
            );
            await Eventually.TrueAsync(() => accepted.Count > round * 5, "some to be accepted");
            proxy.Break();
            await triggering;
            proxy.Mend();
        }

        foreach (var id in accepted)
        {
            await Eventually.TrueAsync(
                async () => await CountAsync("deliveries", $"{{ notification: UUID('{id}'), state: 1 }}") == 1,
                "an accepted notification to be sent"
            );
        }

        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task The_store_works_without_a_host()
    {
        var builder = new ServiceCollection().AddLogging().AddNotifications();
        UseServer(builder);
        await using var services = builder.Services.BuildServiceProvider();

        var results = await services.GetRequiredService<IDeliveryQueue>().EnqueueAsync([Request()], Cancellation);

        Assert.Equal(EnqueueStatus.Stored, results[0].Status);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_fails_the_start_and_says_so()
    {
        using var host = Compose("only", notifications =>
            notifications.UseMongoDb($"mongodb://notify:hunter2@127.0.0.1:{FreePort.Next()}/?serverSelectionTimeoutMS=200")
        );

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancellation));

        Assert.Contains("Check that the server is running", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "notify")]
    [InlineData("Host=localhost;Password=hunter2", "notify")]
    [InlineData("mongodb://notify:hunter2@", "notify")]
    [InlineData("mongodb://localhost", "no.tify")]
    public async Task Options_that_cannot_work_fail_the_start_without_repeating_a_password(
        string connectionString,
        string database
    )
    {
        using var host = Compose("only", notifications =>
            notifications.UseMongoDb(options => (options.ConnectionString, options.Database) = (connectionString, database))
        );

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancellation));

        Assert.DoesNotContain("hunter2", exception.Message, StringComparison.Ordinal);
    }

    private void UseServer(INotificationsBuilder notifications) =>
        notifications.UseMongoDb(ConnectionString).UseMongoDb(options => options.Database = Name);

    private async Task AcceptedAsync(int count) =>
        await Eventually.TrueAsync(
            async () => await CountAsync("deliveries", "{ state: 1 }") == count,
            $"{count} deliveries to be accepted"
        );

    private static async Task TryTriggerAsync(INotifier notifier, int number, ConcurrentBag<Guid> accepted)
    {
        var content = new Content { Title = "Hello", Body = "Hello" };
        var trigger = new Trigger { To = Recipient.Email($"ada+{number}@example.org"), Content = content };
        try
        {
            accepted.Add((await notifier.TriggerAsync(trigger, Cancellation)).Id);
        }
        catch (Exception exception) when (exception is MongoException or TimeoutException)
        {
            // Nothing was promised.
        }
    }

    private async Task<IHost> StartAsync(BreakableProxy proxy)
    {
        var host = Compose(
            "only",
            notifications =>
                notifications.UseMongoDb(options =>
                    (options.ConnectionString, options.Database) = (proxy.ConnectionString, Name)
                ),
            TimeSpan.FromSeconds(5)
        );
        try
        {
            await host.StartAsync(Cancellation);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private IHost Compose(
        string application,
        Action<INotificationsBuilder> use,
        TimeSpan? leaseFor = null,
        Task? mayAnswer = null
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var notifications = builder.Services.AddNotifications(options =>
        {
            options.PollInterval = TimeSpan.FromMilliseconds(20);
            options.LeaseDuration = leaseFor ?? TimeSpan.FromMinutes(1);
            options.AttemptTimeout = options.LeaseDuration / 2;
            options.MaxConcurrencyPerProvider = 32;
        });
        use(notifications);
        builder.Services.AddSingleton<IDeliveryProvider>(
            new CountingProvider(delivery => _sent.Add((application, delivery.Id)), mayAnswer ?? Task.CompletedTask)
        );
        return builder.Build();
    }

    private sealed class CountingProvider(Action<Delivery> sent, Task mayAnswer) : IDeliveryProvider
    {
        public string Name => "mail";

        public Channel Channel => Channel.Email;

        public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
        {
            sent(delivery);
            await mayAnswer.WaitAsync(cancellationToken);
            return Outcome.Sent();
        }
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Notify.Engines;
using Notify.Providers;
using Notify.TestSupport;
using Npgsql;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>Whole applications, as a user composes them.</summary>
public sealed class ApplicationTests(PostgreSqlServer server) : TestDatabase(server)
{
    private int _sent;

    [Fact]
    public async Task An_application_delivers_what_it_triggers()
    {
        using var host = Compose(notifications => notifications.UsePostgreSql(ConnectionString));
        await host.StartAsync(Cancellation);
        var notifier = host.Services.GetRequiredService<INotifier>();

        await Task.WhenAll(
            Enumerable.Range(0, 2_000).Select(i => Task.Run(() => notifier.TriggerAsync(Trigger(i), Cancellation)))
        );

        await Eventually.TrueAsync(
            async () => await ScalarAsync<long>("SELECT count(*) FROM notify.delivery WHERE state = 1") == 2_000,
            "2,000 deliveries to be accepted"
        );
        Assert.Equal(2_000, _sent);
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM notify.delivery WHERE due_at IS NOT NULL"));
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_trigger_within_a_transaction_is_sent_when_that_commits_and_never_when_it_does_not()
    {
        await using var dataSource = NpgsqlDataSource.Create(ConnectionString);
        using var host = Compose(notifications => notifications.UsePostgreSql(dataSource));
        await host.StartAsync(Cancellation);
        var notifier = host.Services.GetRequiredService<INotifier>();

        await using (var connection = await dataSource.OpenConnectionAsync(Cancellation))
        {
            await using (var undone = await connection.BeginTransactionAsync(Cancellation))
                await notifier.TriggerAsync(Trigger(1), undone, Cancellation);
            await using var kept = await connection.BeginTransactionAsync(Cancellation);
            await notifier.TriggerAsync(Trigger(2), kept, Cancellation);
            await kept.CommitAsync(Cancellation);
        }

        await Eventually.TrueAsync(
            async () => await ScalarAsync<long>("SELECT count(*) FROM notify.delivery WHERE state = 1") == 1,
            "the delivery to be accepted"
        );
        Assert.Equal(1, await ScalarAsync<long>("SELECT count(*) FROM notify.notification"));
        Assert.Equal(1, _sent);
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task The_store_works_without_a_host()
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddNotifications()
            .UsePostgreSql(ConnectionString)
            .Services.BuildServiceProvider();

        var results = await services.GetRequiredService<IDeliveryQueue>().EnqueueAsync([Request()], Cancellation);

        Assert.Equal(EnqueueStatus.Stored, results[0].Status);
    }

    [Fact]
    public async Task Calling_twice_changes_the_options_further()
    {
        using var host = Compose(notifications =>
            notifications.UsePostgreSql(ConnectionString).UsePostgreSql(options => options.Schema = "elsewhere")
        );
        await host.StartAsync(Cancellation);

        Assert.True(await ScalarAsync<bool>("SELECT count(*) > 0 FROM elsewhere.schema_version"));
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_fails_the_start_and_says_so()
    {
        using var host = Compose(notifications =>
            notifications.UsePostgreSql($"Host=127.0.0.1;Port={FreePort.Next()};Username=notify;Password=hunter2")
        );

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancellation));

        Assert.Contains("Check that the server is running", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "notify")]
    [InlineData("Database=shop;Password=hunter2", "notify")]
    [InlineData("Nonsense=hunter2", "notify")]
    [InlineData("Host=db-1,db-2;Target Session Attributes=standby;Password=hunter2", "notify")]
    [InlineData("Host=localhost", "No\"tify")]
    public async Task Options_that_cannot_work_fail_the_start_without_repeating_a_password(string connectionString, string schema)
    {
        using var host = Compose(notifications =>
            notifications.UsePostgreSql(options => (options.ConnectionString, options.Schema) = (connectionString, schema))
        );

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancellation));

        Assert.DoesNotContain("hunter2", exception.Message, StringComparison.Ordinal);
    }

    private IHost Compose(Action<INotificationsBuilder> use)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        use(builder.Services.AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(20)));
        builder.Services.AddSingleton<IDeliveryProvider>(new CountingProvider(() => Interlocked.Increment(ref _sent)));
        return builder.Build();
    }

    private static Trigger Trigger(int number) =>
        new()
        {
            To = Recipient.Email($"ada+{number}@example.org"),
            Content = new Content { Title = "Hello", Body = "Hello" },
        };

    private sealed class CountingProvider(Action sent) : IDeliveryProvider
    {
        public string Name => "mail";

        public Channel Channel => Channel.Email;

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
        {
            sent();
            return ValueTask.FromResult(Outcome.Sent());
        }
    }
}

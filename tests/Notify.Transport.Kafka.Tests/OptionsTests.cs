using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Transport.Kafka.Tests;

public sealed class OptionsTests
{
    [Fact]
    public async Task Everything_that_is_wrong_is_said_at_start()
    {
        var exception = await StartAsync(
            notifications => notifications.UseInMemory().Services.AddSingleton<SharedStoreMarker>(),
            options =>
            {
                options.TopicPrefix = "a/b";
                options.Partitions = 0;
                options.EventPartitions = 0;
                options.HandOverTime = TimeSpan.Zero;
                options.SessionTimeout = TimeSpan.FromMilliseconds(1);
                options.Settings["acks"] = "0";
                (options.CountFromEvents, options.DeviceEvents) = (true, false);
            }
        );

        foreach (
            var wrong in new[]
            {
                "BootstrapServers",
                "TopicPrefix",
                "field Partitions",
                "field EventPartitions",
                "HandOverTime",
                "SessionTimeout",
                "'acks'",
                "CountFromEvents",
            }
        )
            Assert.Contains(exception.Failures, failure => failure.Contains(wrong, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Kafka_without_a_store_that_processes_can_share_fails_at_start_and_says_what_to_add()
    {
        using var folder = new TemporaryFolder();
        var file = $"Data Source={folder.File("notify.db")}";
        foreach (
            var alone in new Action<INotificationsBuilder>[] { store => store.UseInMemory(), store => store.UseSqlite(file) }
        )
        {
            var exception = await StartAsync(alone, options => options.BootstrapServers = "127.0.0.1:1");

            Assert.Contains("UsePostgreSql", Assert.Single(exception.Failures), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void PostgreSql_is_such_a_store()
    {
        using var services = Compose(
            notifications => notifications.UsePostgreSql("Host=127.0.0.1"),
            options => options.BootstrapServers = "127.0.0.1:1"
        );

        Assert.Equal(
            "127.0.0.1:1",
            services.Services.GetRequiredService<IOptions<KafkaTransportOptions>>().Value.BootstrapServers
        );
    }

    private static async Task<OptionsValidationException> StartAsync(
        Action<INotificationsBuilder> addStore,
        Action<KafkaTransportOptions> configure
    )
    {
        using var host = Compose(addStore, configure);
        return await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
    }

    private static IHost Compose(Action<INotificationsBuilder> addStore, Action<KafkaTransportOptions> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IDeliveryProvider>(new Mail());
        var notifications = builder.Services.AddNotifications();
        addStore(notifications);
        notifications.UseKafka(configure);
        return builder.Build();
    }
}

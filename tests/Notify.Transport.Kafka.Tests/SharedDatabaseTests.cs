using Microsoft.Extensions.DependencyInjection;
using Notify.Engines;
using Notify.TestSupport;

namespace Notify.Transport.Kafka.Tests;

/// <summary>A cluster as it is deployed: processes that trigger and processes that send, on PostgreSQL and Kafka.</summary>
public sealed class SharedDatabaseTests(PostgreSqlServer server)
{
    [Fact]
    public async Task Everything_is_sent_once_while_the_brokers_restart()
    {
        var database = await server.CreateDatabaseAsync();
        using var cluster = KafkaCluster.Start();
        await cluster.CreateTopicsAsync("");
        Mail[] mails = [new(), new()];
        await using var firstSender = await StartAsync(mails[0], Workers.All);
        await using var secondSender = await StartAsync(mails[1], Workers.All);
        await using var firstApi = await StartAsync(new Mail(), Workers.None);
        await using var secondApi = await StartAsync(new Mail(), Workers.None);
        var ids = new List<Guid>();
        await Eventually.TrueAsync(
            async () =>
            {
                await TriggerAsync(8);
                return Array.TrueForAll(mails, mail => mail.Sent.Count > 0);
            },
            "both processes to send"
        );

        await TriggerAsync(200);
        cluster.TakeDown();
        await TriggerAsync(200);
        await firstSender.AcceptedAsync(ids);
        cluster.BringUp();
        await TriggerAsync(200);

        await firstSender.AcceptedAsync(ids);
        Assert.Equal(ids.Order(), mails.SelectMany(mail => mail.Sent).Select(delivery => delivery.NotificationId).Order());

        Task<Application> StartAsync(Mail mail, Workers workers) =>
            Application.StartAsync(
                builder => builder.UsePostgreSql(database),
                cluster.BootstrapServers,
                mail,
                options => options.HandOverTime = TimeSpan.FromSeconds(3),
                options => options.Workers = workers
            );

        async Task TriggerAsync(int count)
        {
            ids.AddRange(await firstApi.TriggerAsync(count));
            ids.AddRange(await secondApi.TriggerAsync(count));
        }
    }
}

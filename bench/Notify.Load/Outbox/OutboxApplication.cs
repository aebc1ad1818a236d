using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Http.Resilience;
using Notify.Client.Outbox;

namespace Notify.Load.Outbox;

/// <summary>
/// The hidden command that is an application with an outbox: it stores orders with their triggers until it is told to stop, rolls
/// some of them back, and forwards the others to a service. It can be killed at any moment.
/// </summary>
internal sealed class OutboxApplication(IHost host, ShopDatabase database, string name)
{
    public const string Name = "outbox-application";

    private volatile bool _isDone;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var database = ShopDatabase.Open(arguments.RequiredText("engine"), arguments.RequiredText("database"));
        var service = arguments.RequiredText("service");
        var name = arguments.RequiredText("name");
        var writers = arguments.Int32("writers", 4, min: 1);
        arguments.RefuseUnknown();

        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Services.AddNotifyClient(service);
        builder.Services.AddNotifyClientOutbox(
            database.Dialect,
            _ => database.Source,
            options =>
            {
                // Short, so that the triggers of a killed process are soon forwarded by another one.
                options.LeaseDuration = TimeSpan.FromSeconds(5);
                options.RetryDelay = TimeSpan.FromMilliseconds(50);
                options.MaxRetryDelay = TimeSpan.FromMilliseconds(500);
            }
        );
        builder.Services.ConfigureAll<HttpStandardResilienceOptions>(options =>
        {
            options.Retry.Delay = TimeSpan.FromMilliseconds(50);
            options.CircuitBreaker.BreakDuration = TimeSpan.FromMilliseconds(500);
        });
        using var host = builder.Build();
        await host.StartAsync();
        var application = new OutboxApplication(host, database, name);
        var orders = Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => application.OrderAsync(writer))));
        await Console.In.ReadLineAsync();
        application._isDone = true;
        await orders;
        Console.WriteLine("stopped");
        await Console.In.ReadLineAsync();
        await host.StopAsync();
        return 0;
    }

    private async Task OrderAsync(int writer)
    {
        var notifier = host.Services.GetRequiredService<INotifier>();
        for (var i = 0; !_isDone; i++)
        {
            var reference = string.Create(CultureInfo.InvariantCulture, $"{name}/{writer}/{i}");
            await using var connection = await database.Source.OpenConnectionAsync();
            await using (var transaction = await connection.BeginTransactionAsync())
            {
                await ShopDatabase.InsertAsync(connection, transaction, ShopDatabase.Orders, reference);
                await notifier.TriggerAsync(CreateTrigger(reference), transaction);
                if (Random.Shared.Next(5) > 0)
                {
                    await transaction.CommitAsync();
                    continue;
                }

                await transaction.RollbackAsync();
            }

            await ShopDatabase.InsertAsync(connection, null, ShopDatabase.RolledBack, reference);
        }
    }

    private static Trigger CreateTrigger(string reference) =>
        new()
        {
            To = Recipient.Email("ada@example.org"),
            Content = new Content { Title = "Your order", Body = "It was shipped and will arrive tomorrow." },
            Reference = reference,
        };
}

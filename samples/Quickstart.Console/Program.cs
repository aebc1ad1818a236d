using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Notify;
using Notify.Providers;
using Notify.Providers.Sandbox;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddNotifications().UseSqlite("Data Source=notify.db").AddSandbox();

using var host = builder.Build();
await host.StartAsync();

var sent = host.Services.GetRequiredService<ISandbox>().WatchAsync(CancellationToken.None);
var result = await host
    .Services.GetRequiredService<INotifier>()
    .TriggerAsync(
        new Trigger
        {
            To = Recipient.Email("ada@example.org"),
            Content = new Content { Title = "Hello", Body = "Sent by a console application." },
        }
    );
Console.WriteLine($"Notification {result.Id} was accepted.");

await foreach (var message in sent)
{
    Console.WriteLine($"{message.Channel} to {message.Address}: {message.Content.Title}");
    break;
}

var queries = host.Services.GetRequiredService<INotificationQueries>();
var timeline = await queries.FindAsync(Trigger.DefaultTenant, result.Id);
Console.WriteLine($"It has {timeline?.Deliveries.Items.Count} delivery.");

await host.StopAsync();

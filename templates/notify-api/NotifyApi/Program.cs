using Notify;

var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration.GetSection("Notify");
var notifications = builder.Services.AddNotifications(settings.Bind).UseSqlite(settings["Sqlite"] ?? "Data Source=notify.db");

// Without a mail server, the sandbox shows what would be sent, at /notify/dashboard/sandbox.
if (settings["Smtp:Host"] is { Length: > 0 })
    notifications.AddSmtp(settings.GetSection("Smtp").Bind);
else
    notifications.AddSandbox();

var app = builder.Build();
app.MapNotifications("/notify");
app.MapNotifyDashboard("/notify/dashboard");
app.MapPost("/orders/{number:int}/ship", async (int number, ShippedOrder order, INotifier notifier) =>
{
    var result = await notifier.TriggerAsync(
        new Trigger
        {
            To = Recipient.Email(order.Email),
            Content = new Content { Title = $"Order {number} is on its way", Body = $"We have shipped your order {number}." },
            // However often the request is repeated, the customer gets one message.
            IdempotencyKey = $"shipped-{number}",
        }
    );
    return TypedResults.Accepted($"/notify/v1/notifications/{result.Id}", new { result.Id });
});
app.Run();

internal sealed record ShippedOrder(string Email);

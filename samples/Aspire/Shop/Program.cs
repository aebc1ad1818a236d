using Notify;

var builder = WebApplication.CreateBuilder(args);
builder.AddNotifyClient("notify");

var app = builder.Build();
app.MapHealthChecks("/health");
app.MapPost("/orders/{number:int}/ship", (int number, string email, INotifier notifier) => notifier.TriggerAsync(
        new Trigger
        {
            To = Recipient.Email(email),
            Content = new Content { Title = $"Order {number} is on its way" },
            IdempotencyKey = $"shipped-{number}",
        }
    ));
app.Run();

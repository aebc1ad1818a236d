using Notify;
using Quickstart;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<OrderBook>();
builder.Services.AddNotifications().UseSqlite("Data Source=notify.db").AddSandbox(); // Notify

var app = builder.Build();
app.MapNotifications("/notify"); // Notify
app.MapNotifyDashboard("/notify/dashboard"); // Notify: see http://localhost:5000/notify/dashboard/sandbox

app.MapGet("/orders", (OrderBook orders) => orders.All);
app.MapPost("/orders", async (NewOrder order, OrderBook orders, INotifier notifier) => // Notify: async and INotifier
{
    var placed = orders.Place(order);
    var thanks = new Content { Title = $"Order {placed.Number}", Body = $"Thank you! We are packing: {placed.Item}." }; // Notify
    await notifier.TriggerAsync(new Trigger { To = Recipient.Email(placed.Email), Content = thanks }); // Notify
    return TypedResults.Created($"/orders/{placed.Number}", placed);
});

app.Run();

using Notify.Hosting;
using NotifyHost;

var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration.GetSection("Notify");
builder.Services.AddProblemDetails();
builder.Services.AddNotifications(settings.Bind).UseStore(settings).AddProviders(settings);
builder.Services.Configure<NotificationsApiOptions>(api =>
{
    // Only on a developer's machine, calls need no key.
    api.RequireKey = !builder.Environment.IsDevelopment();
    settings.Bind(api);
    if (settings["ApiKey"] is { Length: > 0 } key)
        api.ApiKeys.Add(key);
});

var app = builder.Build();
app.MapNotifications();
app.MapNotifyDashboard("/dashboard");
app.Run();

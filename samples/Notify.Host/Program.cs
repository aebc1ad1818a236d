using Microsoft.Data.Sqlite;
using Notify.Host;
using Notify.Hosting;

var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration.GetSection("Notify");
var data = Directory.CreateDirectory(Path.Combine(builder.Environment.ContentRootPath, settings["Data"] ?? "data")).FullName;

builder.Services.AddProblemDetails();
builder.Services.AddNotifications(settings.Bind)
    .UseSqlite(new SqliteConnectionStringBuilder { DataSource = Path.Combine(data, "notify.db") }.ToString())
    .AddSandbox(options =>
    {
        settings.GetSection("Sandbox").Bind(options);
        options.File = options.File is { Length: > 0 } file ? Path.Combine(data, file) : null;
    });
builder.Services.AddDeliverySettings(settings);
builder.Services.Configure<NotificationsApiOptions>(options =>
{
    settings.Bind(options);
    if (settings["ApiKey"] is { Length: > 0 } key)
        options.ApiKeys.Add(key);
});

await using var app = builder.Build();
app.MapNotifications().MapFallback("{**path}", () =>
    TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "There is nothing at this path."));
LocalAddress.ChooseUnlessConfigured(app);

try
{
    await app.StartAsync();
}
catch (Exception exception)
{
    // What stops a start is for an operator to mend, and the sentence says how; a stack trace would bury it.
    Console.Error.WriteLine(exception.Message);
    return 1;
}

Welcome.Print(app);
await app.WaitForShutdownAsync();
return Environment.ExitCode;

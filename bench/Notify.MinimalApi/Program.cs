using Notify.MinimalApi;

// The smallest service that could be compared with the reference host: one endpoint, and what a new project has.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
await using var app = EmptyEndpoint.Build(builder);
await app.RunAsync();

using Notify;
using Notify.Host;
using Notify.Host.Gateway;
using Notify.Host.Identity;
using Notify.Host.Mcp;
using Notify.Host.Reference;
using Notify.Host.Telemetry;
using Notify.Hosting;

try
{
    if (args is ["shard-mongodb", ..])
    {
        await MongoDbSettings.ShardAsync(WebApplication.CreateBuilder(args[1..]).Configuration.GetSection("Notify:MongoDb"));
        return 0;
    }

    if (args is ["migrate", ..])
    {
        await StoreSettings.MigrateAsync(args[1..]);
        return 0;
    }

    await using var app = Build(args, out var roles);
    await app.StartAsync();
    if (roles.Features.HasFlag(ApiFeatures.Authentication))
        await FirstKey.PrintAsync(app);
    Welcome.Print(app, roles);
    await app.WaitForShutdownAsync();
    return Environment.ExitCode;
}
catch (Exception exception)
{
    // Errors at start are meant for the operator, and their messages explain the fix. A stack trace would only hide them.
    Console.Error.WriteLine(exception.Message);
    return 1;
}

static WebApplication Build(string[] args, out Roles roles)
{
    var builder = WebApplication.CreateBuilder(args);
    var settings = builder.Configuration.GetSection("Notify");
    var workers = (roles = Roles.Parse(settings["Roles"])).Workers;
    var gateway = roles.IsGateway;
    // The gateway serves what it does not forward, so without addresses of other processes it serves the complete API.
    var features = gateway ? ApiFeatures.All : roles.Features;
    var data = Path.GetFullPath(Path.Combine(builder.Environment.ContentRootPath, settings["Data"] ?? "data"));

    LocalAddress.UseUnlessConfigured(builder);
    builder.AddTelemetryExport(roles);
    builder.AddServerLimits(settings);
    builder.Services.AddProblemDetails();
    builder
        .Services.AddNotifications(settings.Bind)
        .UseStore(settings, data)
        .UseComplements(settings)
        .ProtectSecrets(settings, data)
        .AddProviders(settings, data);
    builder.Services.Configure<NotificationsOptions>(options => options.Workers = workers);
    builder.Services.AddDeliverySettings(settings);
    builder.Services.AddEdge(settings);
    builder.Services.AddGateway(settings, roles);
    builder.Services.AddAssistants(settings);
    builder.Services.AddIdentityProvider(settings);
    builder.Services.AddTokenServer(
        settings,
        isIssuer: GatewayServices.GetOwnFeatures(settings, roles).HasFlag(ApiFeatures.Authentication)
    );
    builder.Services.Configure<NotificationsApiOptions>(options =>
    {
        options.UseMembers = IdentityProviderOptions.AreIn(settings);
        options.RequireKey = CallerAuthentication.IsIn(settings) || FirstKey.IsRequired(builder.Configuration);
        settings.Bind(options);
        if (settings["ApiKey"] is { Length: > 0 } key)
            options.ApiKeys.Add(key);
        // The gateway counts a call before it forwards it. Behind it, the same call would be counted again.
        if (!gateway)
            options.MaxCallsPerSecondPerKey = null;
    });

    var app = builder.Build();
    app.UseEdge(roles);
    app.UseCallerTokens();
    var api = app.MapNotifications(features: features);
    api.MapMetrics(app);
    api.MapAssistants(app, features);
    app.MapForwardedTokenServer();
    if (DashboardSettings.GetPath(settings, roles) is { } dashboard)
        app.MapDashboard(dashboard);
    if (ReferencePage.GetPath(settings, roles) is { } reference)
        ReferencePage.Map(app, reference);
    api.MapFallback("{**path}", (HttpContext context) =>
            TypedResults.Problem(
                type: $"{context.Request.PathBase}/v1/errors/{ProblemCodes.PathNotFound}",
                statusCode: StatusCodes.Status404NotFound,
                title: "This path does not exist.",
                extensions: [new("code", ProblemCodes.PathNotFound)]
            )
        )
        .RequireApiScope(ApiScope.None);
    return app;
}

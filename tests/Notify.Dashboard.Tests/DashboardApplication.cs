using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Notify.Hosting;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Dashboard.Tests;

/// <summary>An application with the API and the dashboard over SQLite, on a free port of the loopback address.</summary>
public sealed class DashboardApplication : IAsyncDisposable
{
    public const string Prefix = "/notify/dashboard";

    private readonly WebApplication _app;
    private readonly TemporaryFolder? _folder;

    private DashboardApplication(WebApplication app, TemporaryFolder? folder, SwitchedProvider mail)
    {
        (_app, _folder, Mail) = (app, folder, mail);
        Url = new Uri(app.Urls.First());
    }

    public SwitchedProvider Mail { get; }

    public Uri Url { get; }

    public IServiceProvider Services => _app.Services;

    public INotifier Notifier => Services.GetRequiredService<INotifier>();

    public INotificationQueries Queries => Services.GetRequiredService<INotificationQueries>();

    public static async Task<DashboardApplication> StartAsync(
        Action<NotificationsApiOptions>? options = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? application = null,
        Action<RouteGroupBuilder>? group = null,
        string prefix = Prefix,
        TemporaryFolder? sharedFolder = null,
        string url = "http://127.0.0.1:0"
    )
    {
        var folder = sharedFolder ?? new TemporaryFolder();
        var mail = new SwitchedProvider();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .Services.AddNotifications(notify =>
            {
                notify.PollInterval = TimeSpan.FromMilliseconds(20);
                notify.Templates.MaxRenderTime = TimeSpan.FromMinutes(1);
            })
            .UseSqlite($"Data Source={folder.File("notify.db")};Pooling=False")
            .AddSandbox([Channel.Push, Channel.Sms, Channel.Webhook])
            .AddTestSandbox();
        builder.Services.AddSingleton<IDeliveryProvider>(mail);
        builder.Services.Configure(options ?? (_ => { }));
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.Urls.Add(url);
        application?.Invoke(app);
        app.MapNotifications("/notify");
        var mapped = app.MapNotifyDashboard(prefix);
        group?.Invoke(mapped);
        await app.StartAsync();
        return new DashboardApplication(app, sharedFolder is null ? folder : null, mail);
    }

    public async Task<Guid> SendEmailAsync(
        string to = "ada@example.org",
        string title = "Your order",
        Func<Trigger, Trigger>? change = null
    )
    {
        var trigger = new Trigger
        {
            To = Recipient.Email(to),
            Content = new Content
            {
                Title = title,
                Body = "It is on its way.",
                Html = "<h1 style=\"color:#4338ca\">It is on its way.</h1><script>alert(1)</script>",
            },
        };
        return (await Notifier.TriggerAsync(change?.Invoke(trigger) ?? trigger)).Id;
    }

    /// <summary>Waits until a notification has a status.</summary>
    public Task WhenAsync(Guid id, NotificationStatus status, string tenant = Trigger.DefaultTenant) =>
        Eventually.TrueAsync(async () => (await Queries.FindAsync(tenant, id))?.Status == status, $"{status}");

    public async Task<string> CreateKeyAsync(
        ApiScope scopes,
        string tenant = Trigger.DefaultTenant,
        ApiKeyKind kind = default,
        string name = "tests"
    ) =>
        (
            await Services
                .GetRequiredService<IApiKeys>()
                .CreateAsync(
                    new ApiKeyDraft
                    {
                        Tenant = tenant,
                        Name = name,
                        Scopes = scopes,
                        Kind = kind,
                    }
                )
        ).Secret;

    /// <summary>Reads the actions of the audit log, oldest first.</summary>
    public async Task<IReadOnlyList<AuditRecord>> ReadAuditAsync(string tenant = Trigger.DefaultTenant) =>
        [.. (await Services.GetRequiredService<IAuditLog>().ListAsync(new AuditQuery { Tenant = tenant })).Items.Reverse()];

    /// <summary>Opens a browser without scripts.</summary>
    internal PlainBrowser OpenBrowser(string prefix = Prefix, CookieContainer? cookies = null) =>
        new(new Uri(Url, $"{prefix}/"), cookies);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder?.Dispose();
    }
}

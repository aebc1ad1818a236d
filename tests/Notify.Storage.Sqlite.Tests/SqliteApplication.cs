using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Storage.Sqlite.Tests;

/// <summary>An application on a SQLite file, with a provider that answers as the test says.</summary>
internal sealed class SqliteApplication : IAsyncDisposable
{
    private readonly IHost _host;

    private SqliteApplication(IHost host) => _host = host;

    public INotifier Notifier => _host.Services.GetRequiredService<INotifier>();

    public INotificationStore Notifications => _host.Services.GetRequiredService<INotificationStore>();

    public IDeliveryQueue Queue => _host.Services.GetRequiredService<IDeliveryQueue>();

    public static async Task<SqliteApplication> StartAsync(string file, Func<Delivery, Outcome> answer)
    {
        var host = Compose($"Data Source={file}", answer);
        await host.StartAsync();
        return new SqliteApplication(host);
    }

    public static IHost Compose(string connectionString, Func<Delivery, Outcome> answer)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder
            .Services.AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(20))
            .UseSqlite(connectionString);
        builder.Services.AddSingleton<IDeliveryProvider>(new AnsweringProvider(answer));
        builder.Services.Configure<RetryOptions>(Channel.Email.Name, options => options.Delay = TimeSpan.FromMilliseconds(20));
        return builder.Build();
    }

    public Task<TriggerResult> TriggerAsync(string body = "Hello", string? idempotencyKey = null) =>
        Notifier.TriggerAsync(
            new Trigger
            {
                To = Recipient.Email("ada@example.org"),
                Content = new Content { Title = "Hello", Body = body },
                IdempotencyKey = idempotencyKey,
            }
        );

    public async Task<DeliveryRecord> EndedAsync(Guid id) =>
        await Eventually.FindAsync(
            async () =>
                (await Notifications.ListDeliveriesAsync(Trigger.DefaultTenant, id, null, 10, default)).Single()
                    is { DueAt: null } ended
                    ? ended
                    : null,
            "the delivery to end"
        );

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    private sealed class AnsweringProvider(Func<Delivery, Outcome> answer) : IDeliveryProvider
    {
        public string Name => "mail";

        public Channel Channel => Channel.Email;

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken) =>
            ValueTask.FromResult(answer(delivery));
    }
}

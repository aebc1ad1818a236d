using Notify.Delivering;
using Notify.Load.Measuring;
using Notify.Queueing;

namespace Notify.Load.Hosts;

/// <summary>An application with Notify in it, in this process.</summary>
internal sealed class Application : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2);

    private readonly IHost _host;
    private readonly PromptProvider _provider = new();

    private Application(Action<INotificationsBuilder> compose)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var notifications = builder.Services.AddNotifications();
        compose(notifications);
        builder.Services.AddSingleton<IDeliveryProvider>(_provider);
        _host = builder.Build();
    }

    public static async Task<Application> StartAsync(Action<INotificationsBuilder> compose)
    {
        var application = new Application(compose);
        await application._host.StartAsync();
        return application;
    }

    /// <summary>One email each, until all are settled. A caller waits until its trigger is durable.</summary>
    public async Task<Turn> SendAsync(int count, int callers)
    {
        var notifier = _host.Services.GetRequiredService<INotifier>();
        var accepted = _provider.Accepted;
        var turn = await Callers.MeasureAsync(
            count,
            callers,
            async number => await notifier.TriggerAsync(new Trigger
            {
                To = Recipient.Email($"{number}@example.org"),
                Content = new Content { Title = "Your order", Body = "It was shipped and will arrive tomorrow." },
            }),
            SettleAsync);
        return _provider.Accepted - accepted == count
            ? turn
            : throw new InvalidOperationException($"{count} were triggered and {_provider.Accepted - accepted} accepted.");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }

    private async Task SettleAsync()
    {
        var queue = _host.Services.GetRequiredService<IDeliveryQueue>();
        while ((await queue.GetDepthAsync(CancellationToken.None)).Count > 0)
            await Task.Delay(Poll);
    }
}

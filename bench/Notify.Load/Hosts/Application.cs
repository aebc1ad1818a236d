using Notify.Delivering;
using Notify.Load.Measuring;
using Notify.Queueing;

namespace Notify.Load.Hosts;

/// <summary>An application with Notify in it, in this process.</summary>
internal sealed class Application : IAsyncDisposable
{
    private static readonly TimeSpan OwnPoll = TimeSpan.FromMilliseconds(2);

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

    /// <summary>How many messages this process's provider has accepted so far.</summary>
    public int Accepted => _provider.Accepted;

    /// <summary>One email each, until this process has sent and settled all. A caller waits until its trigger is durable.</summary>
    public async Task<Turn> SendAsync(int count, int callers)
    {
        var before = Accepted;
        var turn = await TriggerAsync(count, callers, OwnPoll);
        var accepted = Accepted - before;
        return accepted == count ? turn : throw new InvalidOperationException($"{count} were triggered and {accepted} accepted.");
    }

    /// <summary>One email each, until all are settled by whichever process.</summary>
    /// <param name="count">How many.</param>
    /// <param name="callers">How many at a time. A caller waits until its trigger is durable.</param>
    /// <param name="poll">How often, once all are triggered, the store is asked whether any is left.</param>
    public Task<Turn> TriggerAsync(int count, int callers, TimeSpan poll)
    {
        var notifier = _host.Services.GetRequiredService<INotifier>();
        return Callers.MeasureAsync(
            count,
            callers,
            async number => await notifier.TriggerAsync(new Trigger
            {
                To = Recipient.Email($"{number}@example.org"),
                Content = new Content { Title = "Your order", Body = "It was shipped and will arrive tomorrow." },
            }),
            () => SettleAsync(poll));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }

    private async Task SettleAsync(TimeSpan poll)
    {
        var queue = _host.Services.GetRequiredService<IDeliveryQueue>();
        while ((await queue.GetDepthAsync(CancellationToken.None)).Count > 0)
            await Task.Delay(poll);
    }
}

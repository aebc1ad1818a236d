using Microsoft.Data.Sqlite;
using Notify.Delivering;
using Notify.Load.Measuring;
using Notify.Queueing;

namespace Notify.Load.Hosts;

/// <summary>An application with Notify in it, in this process, as a user composes it.</summary>
internal sealed class Application : IAsyncDisposable
{
    private static readonly TimeSpan OwnPoll = TimeSpan.FromMilliseconds(2);

    private readonly IHost _host;

    private Application(Action<INotificationsBuilder> compose, IDeliveryProvider provider)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        compose(builder.Services.AddNotifications());
        builder.Services.AddSingleton(provider);
        _host = builder.Build();
    }

    public INotifier Notifier => Get<INotifier>();

    /// <summary>How many messages the provider that accepts at once has accepted so far.</summary>
    public int Accepted => ((PromptProvider)Get<IDeliveryProvider>()).Accepted;

    /// <summary>Starts one whose provider accepts at once.</summary>
    public static Task<Application> StartAsync(Action<INotificationsBuilder> compose) =>
        StartAsync(compose, new PromptProvider());

    public static async Task<Application> StartAsync(Action<INotificationsBuilder> compose, IDeliveryProvider provider)
    {
        var application = new Application(compose, provider);
        await application._host.StartAsync();
        return application;
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>
    /// One email each, until this process has sent and settled all. A caller waits until its trigger is durable.
    /// </summary>
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
        var notifier = Notifier;
        return Callers.MeasureAsync(
            count,
            callers,
            async number =>
                await notifier.TriggerAsync(
                    new Trigger
                    {
                        To = Recipient.Email($"{number}@example.org"),
                        Content = new Content { Title = "Your order", Body = "It was shipped and will arrive tomorrow." },
                    }
                ),
            () => SettleAsync(poll)
        );
    }

    /// <summary>
    /// Ends when nothing is left to be sent. To be called when little is: looking costs more, the more there is.
    /// </summary>
    public Task SettleAsync() => SettleAsync(OwnPoll);

    /// <summary>Ends with the files closed: what is pooled keeps them open.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        SqliteConnection.ClearAllPools();
    }

    private async Task SettleAsync(TimeSpan poll)
    {
        var queue = Get<IDeliveryQueue>();
        while ((await queue.GetDepthAsync(CancellationToken.None)).Count > 0)
            await Task.Delay(poll);
    }
}

using Microsoft.Data.Sqlite;
using Notify.Load.Measuring;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Load.Hosts;

/// <summary>An application with Notify in this process, configured as a user would.</summary>
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

    /// <summary>The number of messages that the provider has accepted so far.</summary>
    public int Accepted => ((PromptProvider)Get<IDeliveryProvider>()).Accepted;

    /// <summary>Starts an application whose provider accepts at once.</summary>
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
    /// Triggers one email per item and ends when this process has sent and settled all of them. A caller waits until its trigger
    /// is durable.
    /// </summary>
    public async Task<Turn> SendAsync(int count, int callers)
    {
        var before = Accepted;
        var turn = await TriggerAsync(count, callers, OwnPoll);
        var accepted = Accepted - before;
        return accepted == count
            ? turn
            : throw new InvalidOperationException($"{count} notifications were triggered, but {accepted} were accepted.");
    }

    /// <summary>Does the same with an idempotency key for each trigger, which the store has to remember.</summary>
    public Task<Turn> SendWithKeysAsync(int count, int callers)
    {
        var notifier = Notifier;
        return Callers.MeasureAsync(
            count,
            callers,
            async number => await notifier.TriggerAsync(CreateTrigger(number) with { IdempotencyKey = $"key-{number}" }),
            SettleAsync
        );
    }

    /// <summary>
    /// Does the same in a store in which other notifications wait. It ends when this process has settled as many deliveries.
    /// </summary>
    public async Task<Turn> SendBesideOthersAsync(int count, int callers)
    {
        var notifier = Notifier;
        using var settled = new SettledCounter();
        return await Callers.MeasureAsync(
            count,
            callers,
            async number => await notifier.TriggerAsync(CreateTrigger(number)),
            () => settled.WaitAsync(count)
        );
    }

    /// <summary>Triggers emails at the same time and ends when all are durable.</summary>
    public Task TriggerAtOnceAsync(int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(number => Notifier.TriggerAsync(CreateTrigger(number))));

    /// <summary>Does the same with one call that accepts all triggers as a stream.</summary>
    public async Task<Turn> SendStreamAsync(int count)
    {
        var notifier = Notifier;
        var turn = await Callers.MeasureAsync(
            count: 1,
            callers: 1,
            async _ =>
            {
                var triggers = Enumerable.Range(0, count).Select(CreateTrigger).ToAsyncEnumerable();
                await foreach (var outcome in notifier.TriggerManyAsync(triggers))
                {
                    if (outcome.Error is { } error)
                        throw new InvalidOperationException("A trigger was not accepted.", error);
                }
            },
            SettleAsync
        );
        return turn with { Count = count };
    }

    /// <summary>Triggers one email per item and ends when all are settled, no matter by which process.</summary>
    /// <param name="count">The number of emails.</param>
    /// <param name="callers">The number of concurrent callers. A caller waits until its trigger is durable.</param>
    /// <param name="poll">How often the store is asked, after all have been triggered, whether any is left.</param>
    public Task<Turn> TriggerAsync(int count, int callers, TimeSpan poll)
    {
        var notifier = Notifier;
        return Callers.MeasureAsync(
            count,
            callers,
            async number => await notifier.TriggerAsync(CreateTrigger(number)),
            () => SettleAsync(poll)
        );
    }

    /// <summary>
    /// Waits until nothing is left to send. Call this only when little is left: each check costs more, the more deliveries there
    /// are.
    /// </summary>
    public Task SettleAsync() => SettleAsync(OwnPoll);

    /// <summary>Also clears the connection pool, which would otherwise keep the files open.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        SqliteConnection.ClearAllPools();
    }

    private static Trigger CreateTrigger(int number) =>
        new()
        {
            To = Recipient.Email($"{number}@example.org"),
            Content = new Content { Title = "Your order", Body = "It was shipped and will arrive tomorrow." },
        };

    private async Task SettleAsync(TimeSpan poll)
    {
        var queue = Get<IDeliveryQueue>();
        while ((await queue.GetDepthAsync(CancellationToken.None)).Count > 0)
            await Task.Delay(poll);
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Notify.Core;
using Notify.Core.Analytics;
using Notify.Core.Deliveries;
using Notify.Core.Digests;
using Notify.Core.Retention;
using Notify.Core.Topics;
using Notify.Core.Triggers;
using Notify.Providers;
using Notify.Storage;
using Notify.Transport;

namespace Notify.Simulation.Tests;

/// <summary>
/// One process of the application, from its start to its crash or stop. A process that starts later is another object over the
/// same store.
/// </summary>
internal sealed class SimulatedProcess
{
    /// <summary>Small, so that small topics take several batches.</summary>
    private const int ExpansionBatchSize = 3;

    private readonly World _world;
    private readonly ProcessClock _clock;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ServiceProvider _services;
    private readonly Task[] _running;

    public SimulatedProcess(World world, int number)
    {
        (_world, Number) = (world, number);
        _clock = new ProcessClock(world.Clock);
        Bus = world.Conditions.UsesBus ? new SimulatedBus(this, world) : null;
        _services = Compose();
        Notifier = _services.GetRequiredService<INotifier>();
        Directory = _services.GetRequiredService<IRecipients>();
        _running =
        [
            _services.GetRequiredService<CountRecorder>().RunAsync(_stopping.Token),
            _services.GetRequiredService<DeliveryWorker>().RunAsync(_stopping.Token),
            _services.GetRequiredService<ExpansionWorker>().RunAsync(_stopping.Token),
            _services.GetRequiredService<DigestWorker>().RunAsync(_stopping.Token),
            _services.GetRequiredService<ErasureWorker>().RunAsync(_stopping.Token),
        ];
    }

    public int Number { get; }

    public SimulatedBus? Bus { get; }

    public INotifier Notifier { get; }

    public IRecipients Directory { get; }

    /// <summary>Gets whether it takes calls, which it does until it stops.</summary>
    public bool TakesCalls => Stopped is null;

    /// <summary>Gets the task of its stop; null before the stop.</summary>
    public Task? Stopped { get; private set; }

    /// <summary>Ends it between two steps.</summary>
    public void Crash()
    {
        _world.Operations.Drop(this);
        _world.Clock.Drop(_clock);
        _world.Ledger.CutOff(this);
    }

    /// <summary>
    /// Stops it as a host does. Channels end cancelled reads on the thread pool, whatever their options are, so the run waits
    /// until its loops have ended. All that they still do there is dispose of their timers.
    /// </summary>
    public void Stop()
    {
        _stopping.Cancel();
        // The world stands still meanwhile, so a loop would wait for ever for an answer that no token ends.
        _world.Operations.AnswerUncancellable(this);
        Task.WaitAll(_running);
        Stopped = _services.GetRequiredService<DeliveryWorker>().StopAsync(CancellationToken.None);
    }

    private ServiceProvider Compose()
    {
        var conditions = _world.Conditions;
        var services = new ServiceCollection();
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSingleton(_world.Ids);
        services.AddSingleton(_world.Jitter);
        services.AddSingleton(
            new EngineSettings
            {
                Runners = 1,
                ExpansionBatchSize = ExpansionBatchSize,
                // The store fails at random here, and no fault is permanent, so everything must end.
                MaxFailures = int.MaxValue,
                // Longer than the slowest plan takes to be stored, which reads and writes with calls of up to two leases each.
                ErasureSettleTime = conditions.LeaseDuration * 12,
                ContinueInline = true,
            }
        );
        if (Bus is not null)
            services.AddSingleton<IDeliveryTransport>(Bus);
        AddStore(services);
        services.AddNotifications(options =>
        {
            options.MaxConcurrencyPerProvider = conditions.Slots;
            options.AttemptTimeout = conditions.AttemptTimeout;
            options.LeaseDuration = conditions.LeaseDuration;
            options.PollInterval = conditions.PollInterval;
            // Long enough that no attempt is given up: Task.Delay would then end on the thread pool.
            options.DrainTimeout = TimeSpan.FromMinutes(10);
            options.DefaultTimeToLive = TimeSpan.FromMinutes(10);
            options.MandatoryCategories.Add(Nights.Mandatory);
        });
        services.ConfigureAll<RetryOptions>(options =>
            (options.MaxAttempts, options.Delay, options.MaxDelay) = (
                conditions.MaxAttempts,
                TimeSpan.FromSeconds(1),
                TimeSpan.FromSeconds(30)
            )
        );

        // Polly opens and closes a circuit on the thread pool, which would run the engine on a second thread: no circuit opens
        // here.
        services.ConfigureAll<ProviderOptions>(options => options.CircuitBreaker.MinimumThroughput = 10_000);
        foreach (var (name, channel) in new[] { ("mail-a", Channel.Email), ("mail-b", Channel.Email), ("push", Channel.Push) })
            services.AddSingleton<IDeliveryProvider>(new SimulatedProvider(name, channel, this, _world));
        return services.BuildServiceProvider();
    }

    private void AddStore(ServiceCollection services)
    {
        var store = _world.Store;
        services.AddSingleton<IDeliveryQueue>(new SimulatedQueue(store.GetRequiredService<IDeliveryQueue>(), this, _world));
        services.AddSingleton<IExpansionStore>(
            new SimulatedExpansions(store.GetRequiredService<IExpansionStore>(), this, _world)
        );
        services.AddSingleton<IUserStore>(new SimulatedUsers(store.GetRequiredService<IUserStore>(), this, _world));
        services.AddSingleton<IDeviceStore>(new SimulatedDevices(store.GetRequiredService<IDeviceStore>(), this, _world));
        services.AddSingleton<IRecipientCheckStore>(
            new SimulatedChecks(store.GetRequiredService<IRecipientCheckStore>(), this, _world)
        );
        services.AddSingleton(store.GetRequiredService<INotificationStore>());
        services.AddSingleton(store.GetRequiredService<IReceiptStore>());
        services.AddSingleton(store.GetRequiredService<IRecipientListStore>());
        services.AddSingleton<ITopicStore>(new SimulatedTopics(store.GetRequiredService<ITopicStore>(), this, _world));
        services.AddSingleton<IAnalyticsStore>(new SimulatedAnalytics(this, _world));
        services.AddSingleton(store.GetRequiredService<IDocumentStore>());
        services.AddSingleton(store.GetRequiredService<ITemplateStore>());
        services.AddSingleton<IThrottleStore>(new SimulatedThrottles(store.GetRequiredService<IThrottleStore>(), this, _world));
        services.AddSingleton<IErasureStore>(new SimulatedErasures(store.GetRequiredService<IErasureStore>(), this, _world));
        services.AddSingleton<IDigestStore>(new SimulatedDigests(store.GetRequiredService<IDigestStore>(), this, _world));
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Notify.Storage.Redis.Caching;
using Notify.Storage.Redis.Events;

namespace Notify.Storage.Redis.Connection;

/// <summary>
/// The background work: it relays events, and reports to Redis the changes that this process made while Redis was
/// unavailable. Other processes may read the changed data even if this one does not. Its services are resolved when it starts,
/// which is after the options were validated.
/// </summary>
internal sealed class BackgroundWorker(IServiceProvider services, IOptions<RedisOptions> options, TimeProvider time)
    : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(
            services.GetRequiredService<EventRelay>().RunAsync(stoppingToken),
            CatchUpAsync(services.GetRequiredService<DeviceHolders>(), services.GetRequiredService<CacheEntries>(), stoppingToken)
        );

    private async Task CatchUpAsync(DeviceHolders holders, CacheEntries entries, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(options.Value.RetryAfter, time);
        while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
        {
            await holders.CatchUpAsync(stopping).ConfigureAwait(false);
            await entries.CatchUpAsync(stopping).ConfigureAwait(false);
        }
    }
}

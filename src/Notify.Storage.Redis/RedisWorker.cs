using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Notify.Storage.Redis;

/// <summary>
/// The background work: it relays settlements, and tells Redis about changes that this process made while Redis was away. Other
/// processes may read them even if this one does not. Its services are resolved when it starts, which is after the options were
/// validated.
/// </summary>
internal sealed class RedisWorker(IServiceProvider services, IOptions<RedisOptions> options, TimeProvider time)
    : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(
            services.GetRequiredService<RedisDeliveryRelay>().RunAsync(stoppingToken),
            CatchUpAsync(
                services.GetRequiredService<RedisDeviceHolders>(),
                services.GetRequiredService<RedisEntries>(),
                stoppingToken
            )
        );

    private async Task CatchUpAsync(RedisDeviceHolders holders, RedisEntries entries, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(options.Value.RetryAfter, time);
        while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
        {
            await holders.CatchUpAsync(stopping).ConfigureAwait(false);
            await entries.CatchUpAsync(stopping).ConfigureAwait(false);
        }
    }
}

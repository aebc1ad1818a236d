using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Notify.Storage.Redis;

/// <summary>
/// What goes on beside the calls: the feed's relay, and telling Redis what changed here while it was away, also where nobody
/// reads afterwards, since other processes do. What it needs is looked up only when it runs, which is after the options were
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

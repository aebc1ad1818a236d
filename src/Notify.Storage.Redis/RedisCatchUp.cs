using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Notify.Storage.Redis;

/// <summary>
/// Tells Redis what changed here while it was away, also where nobody reads afterwards: the other processes do. What it needs is looked up
/// only when it runs, which is after the options were validated.
/// </summary>
internal sealed class RedisCatchUp(IServiceProvider services, IOptions<RedisOptions> options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (entries, holders) = (services.GetRequiredService<RedisEntries>(), services.GetRequiredService<RedisDeviceHolders>());
        using var timer = new PeriodicTimer(options.Value.RetryAfter, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                await holders.CatchUpAsync(stoppingToken).ConfigureAwait(false);
                await entries.CatchUpAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }
}

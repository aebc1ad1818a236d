using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Queueing;
using Notify.Telemetry;

namespace Notify.Delivering;

/// <summary>Makes one attempt: picks a provider whose circuit is closed and calls it inside one activity and one timer.</summary>
internal sealed class DeliveryExecutor(
    ProviderRouter router,
    ProviderHealth health,
    RateLimits limits,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<DeliveryExecutor> logger)
{
    private readonly TimeSpan _timeout = options.Value.AttemptTimeout;

    /// <exception cref="OperationCanceledException">The application is shutting down and the attempt was given up.</exception>
    public async ValueTask<Execution> ExecuteAsync(Delivery delivery, CancellationToken stopping)
    {
        var route = router.RouteOf(delivery.To);
        if (route.Count == 0)
            return Execution.Attempted(delivery.Provider, time.GetUtcNow(), default, Outcome.Rejected($"no provider sends over '{delivery.Channel}'"));

        var shortestBreak = TimeSpan.MaxValue;
        foreach (var provider in StartingWith(route, delivery.Provider))
        {
            var circuit = health.Of(provider.Name);
            if (circuit.OpenFor <= TimeSpan.Zero && provider.Name != delivery.Provider)
                return Execution.Moved(provider.Name);
            if (circuit.OpenFor <= TimeSpan.Zero && await AttemptAsync(provider, circuit, delivery, stopping).ConfigureAwait(false) is { } attempted)
                return attempted;

            shortestBreak = TimeSpan.FromTicks(Math.Clamp(circuit.OpenFor.Ticks, TimeSpan.TicksPerSecond, shortestBreak.Ticks));
        }

        return Execution.Deferred(delivery.Provider, shortestBreak);
    }

    private static IEnumerable<IDeliveryProvider> StartingWith(IReadOnlyList<IDeliveryProvider> route, string provider)
    {
        var first = 0;
        for (var i = 0; i < route.Count; i++)
        {
            if (route[i].Name == provider)
                first = i;
        }

        return route.Skip(first).Concat(route.Take(first));
    }

    private async ValueTask<Execution?> AttemptAsync(
        IDeliveryProvider provider, ProviderCircuit circuit, Delivery delivery, CancellationToken stopping)
    {
        using var activity = NotifyTelemetry.StartAttempt(delivery, provider);
        var startedAt = time.GetUtcNow();
        var started = time.GetTimestamp();
        var outcome = await circuit.CallAsync((call, token) => CallAsync(call.provider, call.delivery, token), (provider, delivery), stopping)
            .ConfigureAwait(false);
        if (outcome is null)
            return null;

        Adapt(limits.OfProvider(provider.Name), outcome);
        var execution = Execution.Attempted(provider.Name, startedAt, time.GetElapsedTime(started), outcome);
        NotifyTelemetry.RecordAttempt(activity, delivery, execution);
        return execution;
    }

    private static void Adapt(AdaptiveRateLimiter rate, Outcome outcome)
    {
        if (outcome.IsThrottled)
            rate.Throttled();
        else if (outcome.Kind == OutcomeKind.Accepted)
            rate.Accepted();
    }

    private async ValueTask<Outcome> CallAsync(IDeliveryProvider provider, Delivery delivery, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            var sending = provider.SendAsync(delivery, either.Token);
            var outcome = sending.IsCompletedSuccessfully
                ? sending.Result
                : await sending.AsTask().WaitAsync(either.Token).ConfigureAwait(false);
            return outcome ?? Outcome.Retry("provider returned no outcome");
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            return Outcome.Retry($"no answer within {_timeout.TotalSeconds:0.###} s");
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            Log.ProviderThrew(logger, provider.Name, delivery.Id, exception.GetType().Name);
            return Outcome.Retry($"provider threw {exception.GetType().Name}");
        }
    }
}
